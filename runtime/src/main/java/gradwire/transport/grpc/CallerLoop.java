package gradwire.transport.grpc;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.ManualIoEventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The network thread of a worker is the worker's own thread: while it waits for an answer, it reads
 * the socket itself. No hand-off to another thread and none back, which on busy cores costs more
 * than the copies do. One thread: the one that made it.
 *
 * <p>Nothing is sent or received between calls, while the worker computes: so connections must not
 * be kept alive by pings.
 */
public final class CallerLoop implements AutoCloseable {
  private static final long CLOSE_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long LONGEST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final ManualIoEventLoop loop =
      new ManualIoEventLoop(Thread.currentThread(), Channels.ioHandler());

  /** What channels are made with. */
  EventLoopGroup group() {
    return loop;
  }

  /** Does what can be done without waiting: sends what was queued. */
  void runNow() {
    loop.runNow();
  }

  /**
   * Sends and receives until {@code done} holds or the time is up.
   *
   * @return whether {@code done} holds
   */
  boolean runUntil(BooleanSupplier done, Duration limit) {
    return runUntil(done, limit, () -> {});
  }

  /**
   * As {@link #runUntil(BooleanSupplier, Duration)}.
   *
   * @param whileWaiting called now and then; what it throws ends the wait
   */
  boolean runUntil(BooleanSupplier done, Duration limit, Runnable whileWaiting) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!done.getAsBoolean()) {
      long left = deadline - System.nanoTime();
      if (left <= 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      loop.run(Math.min(left, LONGEST_SLEEP_NANOS));
      whileWaiting.run();
    }
    return true;
  }

  /** To be called when all channels are closed. */
  @Override
  public void close() {
    loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    runUntil(loop::isTerminated, Duration.ofNanos(CLOSE_WITHIN_NANOS));
  }
}
