package gradwire.transport.grpc;

import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import gradwire.transport.Weights;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What comes back on a worker's Exchange stream: weights go straight to where the worker wants
 * them. Frames arrive on the connection's thread; the worker's thread waits here.
 */
final class Answer extends ClientCall.Listener<Frame> implements PayloadSink {
  private final String server;
  private Runnable arrived = () -> {};
  private MemorySegment expected = Frame.NO_PAYLOAD;
  private boolean accepted;
  private @Nullable Weights weights;
  private @Nullable Status ended;

  Answer(String server) {
    this.server = server;
  }

  /** What to do when a frame has been dealt with. */
  void onArrival(Runnable action) {
    arrived = action;
  }

  /** The next weights go to {@code memory}. */
  synchronized void expect(MemorySegment memory) {
    expected = memory;
    accepted = false;
    weights = null;
  }

  @Override
  public synchronized MemorySegment destination(Frame header, int numBytes) throws IOException {
    if (header.kind() != Frame.Kind.WEIGHTS || header.total() != Floats.length(expected)) {
      throw new IOException(
          "expected WEIGHTS of "
              + Floats.length(expected)
              + " floats, got "
              + header.kind()
              + " of "
              + header.total());
    }
    return expected.asSlice(header.offset() * Float.BYTES, numBytes);
  }

  @Override
  public void abandoned(MemorySegment destination) {}

  @Override
  public synchronized void onMessage(Frame frame) {
    if (frame.problem() != null) {
      ended = Status.DATA_LOSS.withDescription(frame.problem());
    } else if (frame.kind() == Frame.Kind.ACCEPTED) {
      accepted = true;
    } else if (frame.kind() == Frame.Kind.WEIGHTS && frame.isLast()) {
      weights = new Weights(frame.outcome(), frame.step(), frame.lastStep());
    }
    arrived.run();
    notifyAll();
  }

  @Override
  public synchronized void onReady() {
    notifyAll();
  }

  @Override
  public synchronized void onClose(Status status, Metadata trailers) {
    ended = status.isOk() ? Status.UNAVAILABLE.withDescription("stream closed") : status;
    notifyAll();
  }

  /** True when taken; false when weights came instead. */
  synchronized boolean awaitAccepted(String what, Duration timeout) {
    await(() -> accepted || weights != null, what, timeout);
    return accepted;
  }

  synchronized Weights awaitWeights(String what, Duration timeout) {
    await(() -> weights != null, what, timeout);
    Weights result = weights;
    if (result == null) {
      throw new IllegalStateException();
    }
    return result;
  }

  synchronized void awaitReady(BooleanSupplier ready, Duration timeout) {
    await(ready, "read what it is sent", timeout);
  }

  private synchronized void await(BooleanSupplier done, String what, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!done.getAsBoolean()) {
      if (ended != null) {
        throw GrpcShardConnection.failure(server, what, ended, timeout);
      }
      long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
      if (leftMillis <= 0) {
        throw GrpcShardConnection.failure(server, what, Status.DEADLINE_EXCEEDED, timeout);
      }
      try {
        wait(leftMillis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new GradwireException(server + ": interrupted while waiting for it to " + what, e);
      }
    }
  }
}
