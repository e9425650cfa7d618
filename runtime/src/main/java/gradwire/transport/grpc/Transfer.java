package gradwire.transport.grpc;

import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import gradwire.transport.TensorBuffer;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts the frames of one transfer together; they must come in order, without gaps. One thread: the
 * connection's.
 */
final class Transfer {
  private final BufferPool buffers;
  private @Nullable Frame first;
  private MemorySegment whole = Frame.NO_PAYLOAD;
  private long received;

  Transfer(BufferPool buffers) {
    this.buffers = buffers;
  }

  /**
   * Takes the next frame. Its payload is owned from here on, unless this throws.
   *
   * @param numFloats what a transfer of several frames must hold; asked before memory is taken
   * @return the whole transfer once its last frame is here, else null
   * @throws GradwireException if the frame does not follow the one before
   */
  @Nullable TensorBuffer add(Frame frame, LongSupplier numFloats) {
    expectNext(frame);
    if (frame.total() == 0) {
      return TensorBuffer.borrowed(Frame.NO_PAYLOAD);
    }
    if (first == null && frame.isLast()) {
      return buffers.owned(frame.payload());
    }
    if (first == null) {
      begin(frame, numFloats.getAsLong());
    }
    Floats.slice(whole, received, frame.numFloats()).copyFrom(frame.payload());
    received += frame.numFloats();
    buffers.release(frame.payload());
    return frame.isLast() ? end() : null;
  }

  private void expectNext(Frame frame) {
    boolean follows = first == null || isOfOne(first, frame);
    boolean isEmpty = frame.numFloats() == 0 && frame.total() > 0;
    if (!follows || isEmpty || frame.offset() != received) {
      throw new GradwireException(
          "worker-%d: expected the frame with float %d of the transfer, got %d floats from %d on of"
                  .formatted(frame.worker(), received, frame.numFloats(), frame.offset())
              + " %s %d (%d in all); send a transfer's frames in order, none left out"
                  .formatted(frame.kind(), frame.sequence(), frame.total()));
    }
  }

  private static boolean isOfOne(Frame a, Frame b) {
    return a.kind() == b.kind()
        && a.sequence() == b.sequence()
        && a.step() == b.step()
        && a.total() == b.total();
  }

  private void begin(Frame frame, long numFloats) {
    if (frame.total() != numFloats) {
      throw new GradwireException(
          "worker-"
              + frame.worker()
              + ": expected "
              + numFloats
              + " floats, got "
              + frame.total()
              + "; all tasks must run the same model on the same number of servers");
    }
    whole = buffers.acquire(frame.total() * Float.BYTES);
    first = frame;
  }

  private TensorBuffer end() {
    MemorySegment complete = whole;
    forget();
    return buffers.owned(complete);
  }

  /** Gives back the memory of what has come so far. */
  void abandon() {
    buffers.abandoned(whole);
    forget();
  }

  private void forget() {
    first = null;
    whole = Frame.NO_PAYLOAD;
    received = 0;
  }
}
