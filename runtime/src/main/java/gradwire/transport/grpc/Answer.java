package gradwire.transport.grpc;

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
  private final CallerLoop loop;
  private Runnable arrived = () -> {};
  private MemorySegment expected = Frame.NO_PAYLOAD;
  private long received;
  private boolean accepted;
  private @Nullable Weights weights;
  private @Nullable Status ended;

  Answer(String server, CallerLoop loop) {
    this.server = server;
    this.loop = loop;
  }

  /** What to do when a frame has been dealt with. */
  void onArrival(Runnable action) {
    arrived = action;
  }

  /** The next weights go to {@code memory}. */
  void expect(MemorySegment memory) {
    expected = memory;
    received = 0;
    accepted = false;
    weights = null;
  }

  @Override
  public MemorySegment destination(Frame header, int numBytes) throws IOException {
    if (header.kind() != Frame.Kind.WEIGHTS || header.total() != Floats.length(expected)) {
      throw new IOException(
          "expected WEIGHTS of "
              + Floats.length(expected)
              + " floats, got "
              + header.kind()
              + " of "
              + header.total());
    }
    if (header.offset() != received) {
      throw new IOException("expected float " + received + " next, got " + header.offset());
    }
    received += numBytes / Float.BYTES;
    return expected.asSlice(header.offset() * Float.BYTES, numBytes);
  }

  @Override
  public void abandoned(MemorySegment destination) {}

  @Override
  public void onMessage(Frame frame) {
    if (frame.problem() != null) {
      ended = Status.DATA_LOSS.withDescription(frame.problem());
    } else if (frame.kind() == Frame.Kind.ACCEPTED) {
      accepted = true;
    } else if (frame.kind() == Frame.Kind.WEIGHTS && frame.isLast()) {
      weights = new Weights(frame.outcome(), frame.step(), frame.lastStep());
    }
    arrived.run();
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    ended = status.isOk() ? Status.UNAVAILABLE.withDescription("stream closed") : status;
  }

  /** True when taken; false when weights came instead. */
  boolean awaitAccepted(String what, Duration timeout) {
    await(() -> accepted || weights != null, what, timeout);
    return accepted;
  }

  Weights awaitWeights(String what, Duration timeout) {
    await(() -> weights != null, what, timeout);
    Weights result = weights;
    if (result == null) {
      throw new IllegalStateException();
    }
    return result;
  }

  void awaitReady(BooleanSupplier ready, Duration timeout) {
    await(ready, "read what it is sent", timeout);
  }

  private void await(BooleanSupplier done, String what, Duration timeout) {
    boolean inTime = loop.runUntil(() -> done.getAsBoolean() || ended != null, timeout);
    if (!done.getAsBoolean()) {
      Status status = inTime && ended != null ? ended : Status.DEADLINE_EXCEEDED;
      throw GrpcShardConnection.failure(server, what, status, timeout);
    }
  }
}
