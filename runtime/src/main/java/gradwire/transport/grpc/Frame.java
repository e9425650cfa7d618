package gradwire.transport.grpc;

import gradwire.transport.Outcome;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

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
 * @param payload raw float32; when sending, read while the message is written; when receiving, as
 *     the {@link PayloadSink} gave it
 * @param problem why an arriving frame must be refused; null for a sound one
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
    MemorySegment payload,
    @Nullable String problem) {
  /** In the order of the {@code .proto}. */
  enum Kind {
    UNSPECIFIED,
    INITIALIZE,
    PUSH,
    PULL,
    WEIGHTS,
    ACCEPTED
  }

  /** Most payload of one frame: small enough to stay in the cache between network and shard. */
  static final int MAX_PAYLOAD_BYTES = 1 << 20;

  /** Room for the header and what protobuf adds. */
  static final int MAX_MESSAGE_BYTES = MAX_PAYLOAD_BYTES + 256;

  static final MemorySegment NO_PAYLOAD = MemorySegment.NULL;

  long numFloats() {
    return payload.byteSize() / Float.BYTES;
  }

  /** Whether this frame ends its transfer. */
  boolean isLast() {
    return offset + numFloats() >= total;
  }

  /** What a damaged message is read as. */
  static Frame refused(String problem) {
    return new Frame(Kind.UNSPECIFIED, 0, 0, 0, 0, 0, Outcome.NONE, 0, 0, NO_PAYLOAD, problem);
  }
}
