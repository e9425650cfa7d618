package gradwire.transport.grpc;

import gradwire.transport.Outcome;
import java.lang.foreign.MemorySegment;

/**
 * One message of the Exchange stream; {@code TensorFrame} in the {@code .proto}, field for field.
 *
 * @param kind what it is
 * @param worker whose stream it is on
 * @param incarnation that worker's n-th start
 * @param sequence that worker's n-th push, from 1
 * @param step of the weights
 * @param lastStep at which the run ends
 * @param outcome what became of a push
 * @param offset first float of this frame within the shard
 * @param total floats of the whole transfer
 * @param request n-th request of this stream, from 1; its answer bears the same number
 * @param isShared whether the payload lies in memory that both ends have mapped, not in the message
 * @param payload raw float32; when sending, read while the message is written; when receiving, as
 *     the {@link PayloadSink} gave it
 */
record Frame(
    Kind kind,
    int worker,
    int incarnation,
    long sequence,
    long step,
    long lastStep,
    Outcome outcome,
    long offset,
    long total,
    long request,
    boolean isShared,
    MemorySegment payload) {
  /** In the order of the {@code .proto}. */
  enum Kind {
    UNSPECIFIED,
    INITIALIZE,
    PUSH,
    PULL,
    WEIGHTS,
    ACCEPTED,
    RESEND
  }

  /** Most payload of one frame. */
  static final int MAX_PAYLOAD_BYTES = 1 << 20;

  /** Most floats of one frame that stay where they are. */
  static final int MAX_SHARED_FLOATS = 4 << 20;

  /** Room for the header and what protobuf adds. */
  static final int MAX_MESSAGE_BYTES = MAX_PAYLOAD_BYTES + 256;

  private static final int PIECE_BYTES = 256 << 10;
  private static final int SHARED_PIECE_BYTES = 4 << 20;

  static final MemorySegment NO_PAYLOAD = MemorySegment.NULL;

  /**
   * Floats that this end puts into one frame: few enough to stay in the second-level cache between
   * socket and shard; where they stay in place, more, since a frame costs the same.
   */
  static long pieceFloats(boolean isShared) {
    return (isShared ? SHARED_PIECE_BYTES : PIECE_BYTES) / Float.BYTES;
  }

  long numFloats() {
    return payload.byteSize() / Float.BYTES;
  }

  /** First float behind this frame. */
  long end() {
    return offset + numFloats();
  }

  /** Floats that lie in shared memory instead of the message. */
  long numSharedFloats() {
    return isShared ? numFloats() : 0;
  }

  /** The same frame about the range of {@code piece} that begins at float {@code offset}. */
  Frame with(long newOffset, MemorySegment piece) {
    return new Frame(
        kind,
        worker,
        incarnation,
        sequence,
        step,
        lastStep,
        outcome,
        newOffset,
        total,
        request,
        isShared,
        piece);
  }
}
