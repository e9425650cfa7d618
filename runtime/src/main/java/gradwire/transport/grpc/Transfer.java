package gradwire.transport.grpc;

import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import gradwire.tensor.SharedPages;
import gradwire.transport.TensorBuffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a stream's worker sends: puts the frames of one request after the other together, whatever
 * their order, some perhaps twice, straight into the memory that the shard then gets. One thread:
 * the connection's.
 */
final class Transfer implements PayloadSink {
  private final BufferPool buffers;
  private final LongSupplier shardLength;
  private final @Nullable PeerMemory peer;
  private final Coverage coverage = new Coverage();

  /** The request under way, or the last one that was complete. */
  private long request;

  private @Nullable Frame first;

  /** Where the last frame's payload was written, sound or not. */
  private long writtenBegin;

  private long writtenEnd;
  private long knownLength = -1;
  private MemorySegment whole = Frame.NO_PAYLOAD;

  /**
   * @param shardLength what a transfer must hold, in floats; asked before memory is taken
   * @param peer the worker's memory, if this process has it mapped
   */
  Transfer(BufferPool buffers, LongSupplier shardLength, @Nullable PeerMemory peer) {
    this.buffers = buffers;
    this.shardLength = shardLength;
    this.peer = peer;
  }

  /** Whether the frame is about a request that was complete before. */
  boolean isOld(Frame frame) {
    return frame.request() < request || (frame.request() == request && first == null);
  }

  /** Whether another request has begun since. */
  boolean isPast(long number) {
    return number < request;
  }

  /** Whether frames of {@code number} are still missing. */
  boolean isUnderWay(long number) {
    return number > request || (number == request && first != null);
  }

  @Override
  public MemorySegment destination(Frame header, int numBytes) throws IOException {
    long end = header.offset() + numBytes / Float.BYTES;
    writtenEnd = writtenBegin;
    if (isOld(header) || (first != null && coverage.contains(header.offset(), end))) {
      return Frame.NO_PAYLOAD;
    }
    expectSame(header);
    if (header.total() != numFloats()) {
      return Frame.NO_PAYLOAD; // refused as soon as it is known to be sound
    }
    if (whole.byteSize() == 0) {
      whole = acquire(header);
    }
    writtenBegin = header.offset();
    writtenEnd = end;
    return Floats.slice(whole, header.offset(), numBytes / Float.BYTES);
  }

  private long numFloats() {
    if (knownLength < 0) {
      knownLength = shardLength.getAsLong();
    }
    return knownLength;
  }

  /** Gradients come again and again, initial values once. */
  private MemorySegment acquire(Frame header) throws IOException {
    long numBytes = header.total() * Float.BYTES;
    try {
      return header.kind() == Frame.Kind.INITIALIZE
          ? buffers.acquireOnce(numBytes)
          : buffers.acquire(numBytes);
    } catch (OutOfMemoryError e) {
      throw new IOException("the server has no memory left for " + numBytes + " bytes", e);
    }
  }

  @Override
  public MemorySegment shared(Frame header, long count) throws IOException {
    if (peer == null) {
      throw new IOException("shared: expected a payload, this stream shares no memory");
    }
    if (header.offset() + count > numFloats() || !peer.holds(numFloats())) {
      throw new IOException("shared: expected floats of the shard, got " + count + " beyond it");
    }
    return Floats.slice(peer.gradient(numFloats()), header.offset(), count);
  }

  private void expectSame(Frame header) throws IOException {
    Frame begun = first;
    if (begun != null && (begun.kind() != header.kind() || begun.step() != header.step())) {
      throw new IOException("expected another frame of " + begun.kind());
    }
  }

  /**
   * Takes the next sound frame.
   *
   * @return the whole transfer once all of it is here, else null
   * @throws GradwireException if the frame has no place in this stream
   */
  @Nullable TensorBuffer add(Frame frame) {
    if (first == null) {
      begin(frame);
    }
    expectOfThis(frame);
    writtenEnd = writtenBegin;
    coverage.add(frame.offset(), frame.end());
    giveBack(frame);
    return coverage.isComplete() ? end(frame) : null;
  }

  /** A shared piece was summed, and is read again only when all of the gradient is here. */
  private void giveBack(Frame frame) {
    if (peer != null && frame.isShared()) {
      SharedPages.giveBack(peer.gradient(frame.total()), frame.offset(), frame.numFloats());
    }
  }

  private void begin(Frame frame) {
    if (frame.request() != request + 1) {
      throw new GradwireException(
          "worker-%d: expected request %d of this stream next, got %d"
              .formatted(frame.worker(), request + 1, frame.request()));
    }
    if (frame.total() > 0 && frame.total() != numFloats()) {
      throw new GradwireException(
          "worker-"
              + frame.worker()
              + ": expected "
              + numFloats()
              + " floats, got "
              + frame.total()
              + "; all tasks must run the same model on the same number of servers");
    }
    request++;
    first = frame;
    coverage.begin(frame.total());
  }

  private void expectOfThis(Frame frame) {
    Frame begun = first;
    boolean follows =
        begun != null
            && begun.kind() == frame.kind()
            && begun.request() == frame.request()
            && begun.sequence() == frame.sequence()
            && begun.step() == frame.step()
            && begun.total() == frame.total()
            && begun.isShared() == frame.isShared();
    if (!follows || (frame.numFloats() == 0 && frame.total() > 0 && !isCovered(frame))) {
      throw new GradwireException(
          "worker-%d: expected a frame of request %d, got %d floats from %d on of %s (%d in all)"
              .formatted(
                  frame.worker(),
                  request,
                  frame.numFloats(),
                  frame.offset(),
                  frame.kind(),
                  frame.total()));
    }
  }

  /** A frame that came twice comes back without its payload. */
  private boolean isCovered(Frame frame) {
    return coverage.contains(frame.offset(), frame.offset() + 1);
  }

  private TensorBuffer end(Frame last) {
    if (last.total() > 0 && !last.isShared()) {
      MemorySegment complete = whole;
      first = null;
      whole = Frame.NO_PAYLOAD;
      return buffers.owned(complete);
    }
    abandon(); // a damaged frame may have seemed to bring floats
    return peer != null && last.isShared()
        ? peer.lendGradient(last.total())
        : TensorBuffer.borrowed(Frame.NO_PAYLOAD);
  }

  /** The last frame was damaged: what it was written over must come again. */
  void drop() {
    coverage.remove(writtenBegin, writtenEnd);
  }

  /** Gives back the memory of what has come so far. */
  void abandon() {
    if (whole.byteSize() > 0) {
      buffers.release(whole);
    }
    first = null;
    whole = Frame.NO_PAYLOAD;
  }
}
