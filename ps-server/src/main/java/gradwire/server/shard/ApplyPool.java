package gradwire.server.shard;

import gradwire.error.GradwireException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the stripes of one shard with the thread that applies an update. Whoever is
 * free takes the next stripe, so that a helper that gets no core holds nobody up. {@link #run} is
 * for one thread at a time, allocates nothing and takes no lock. Helpers are daemons, named {@code
 * apply-1} and on.
 */
final class ApplyPool implements AutoCloseable {
  /** What is shared out. */
  @FunctionalInterface
  interface Work {
    /**
     * @param thread 0 for the caller of {@link #run}, then the helpers
     */
    void apply(int thread, int stripe);
  }

  /** A stripe takes well under a millisecond: who needs this long is stuck. */
  private static final long PATIENCE_SECONDS = 60;

  private static final int SPINS_BEFORE_PARKING = 500;
  private static final int ROUND_SHIFT = 32;

  private final Work work;
  private final int numStripes;
  private final Thread[] helpers;

  /** The update's number, and in the low half the next stripe that nobody has taken. */
  private final AtomicLong claims;

  private final AtomicInteger numFinished = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile @Nullable Thread caller;
  private volatile boolean closed;

  ApplyPool(int numThreads, int numStripes, Work work) {
    this.work = work;
    this.numStripes = numStripes;
    this.claims = new AtomicLong(numStripes);
    this.helpers = new Thread[numThreads - 1];
    Arrays.setAll(helpers, i -> helper(i + 1));
    for (Thread helper : helpers) {
      helper.start();
    }
  }

  private Thread helper(int thread) {
    return Thread.ofPlatform().daemon().name("apply-" + thread).unstarted(() -> serve(thread));
  }

  private void serve(int thread) {
    while (!closed) {
      if (!applyNext(thread)) {
        LockSupport.park(this);
      }
    }
  }

  /**
   * Applies every stripe once; returns when all are done, whoever did them.
   *
   * @throws GradwireException if a stripe failed (the cause says why; other stripes are applied) or
   *     the pool is closed
   */
  void run() {
    if (closed) {
      throw new GradwireException("apply: expected an open shard, got one that was closed");
    }
    numFinished.setPlain(0);
    caller = Thread.currentThread();
    claims.set(((claims.get() >>> ROUND_SHIFT) + 1) << ROUND_SHIFT);
    for (Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
    while (applyNext(0)) {
      Thread.onSpinWait();
    }
    awaitFinished();
    throwFailure();
  }

  /** Takes a stripe, if there is one. What others wrote before its claim opened is visible. */
  private boolean applyNext(int thread) {
    long claim = claims.get();
    int stripe = (int) claim;
    if (stripe >= numStripes) {
      return false;
    }
    if (claims.compareAndSet(claim, claim + 1)) {
      applyStripe(thread, stripe);
    }
    return true;
  }

  private void applyStripe(int thread, int stripe) {
    try {
      work.apply(thread, stripe);
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
    if (numFinished.incrementAndGet() == numStripes && thread != 0) {
      LockSupport.unpark(caller);
    }
  }

  private void awaitFinished() {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    for (int spins = 0; numFinished.get() < numStripes; spins++) {
      if (spins < SPINS_BEFORE_PARKING) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
        checkPatience(deadlineNanos);
      }
    }
  }

  private void checkPatience(long deadlineNanos) {
    if (System.nanoTime() - deadlineNanos > 0) {
      closed = true;
      throw new GradwireException(
          "apply: expected its "
              + numStripes
              + " stripes within "
              + PATIENCE_SECONDS
              + " s, got "
              + numFinished.get()
              + "; see what threads apply-1 and on do (jstack), is the machine out of memory?");
    }
  }

  private void throwFailure() {
    Throwable why = failure.get();
    if (why != null) {
      failure.set(null);
      throw new GradwireException("apply: a stripe of the shard failed: " + why, why);
    }
  }

  /**
   * Ends the helpers.
   *
   * @throws GradwireException if one does not end
   */
  @Override
  public void close() {
    closed = true;
    for (Thread helper : helpers) {
      LockSupport.unpark(helper);
      awaitEnd(helper);
    }
  }

  private static void awaitEnd(Thread helper) {
    try {
      helper.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (helper.isAlive()) {
      throw new GradwireException(
          helper.getName() + ": expected it to end with its shard, got no end; its memory is kept");
    }
  }
}
