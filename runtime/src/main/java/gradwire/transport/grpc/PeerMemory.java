package gradwire.transport.grpc;

import gradwire.tensor.Floats;
import gradwire.tensor.SharedMemory;
import gradwire.tensor.SharedPages;
import gradwire.transport.SharedVectors;
import gradwire.transport.TensorBuffer;
import gradwire.transport.grpc.proto.SharedMemory.Builder;
import io.grpc.Metadata;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A worker's vectors as its server sees them: mapped, not sent. Thread-safe. Stays mapped until the
 * stream has ended and the last gradient lent from it is released.
 */
final class PeerMemory {
  /** The worker's offer, on the request headers of its stream. */
  static final Metadata.Key<byte[]> OFFER =
      Metadata.Key.of("gradwire-shared-memory-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /** The server's word on it, on the response headers: {@link #ACCEPTED}, or why not. */
  static final Metadata.Key<String> VERDICT =
      Metadata.Key.of("gradwire-shared-memory", Metadata.ASCII_STRING_MARSHALLER);

  static final String ACCEPTED = "yes";

  private final SharedMemory memory;
  private final long gradient;
  private final long weights;
  private final AtomicInteger users = new AtomicInteger(1);

  private PeerMemory(SharedMemory memory, long gradient, long weights) {
    this.memory = memory;
    this.gradient = gradient;
    this.weights = weights;
  }

  /** What a worker says of its vectors. */
  static byte[] offer(SharedVectors vectors) {
    SharedMemory.Handle handle = vectors.memory().handle();
    Builder message =
        gradwire.transport.grpc.proto.SharedMemory.newBuilder()
            .setPid(handle.pid())
            .setFile(handle.descriptor())
            .setNumFloats(handle.numFloats())
            .setTokenHigh(handle.tokenHigh())
            .setTokenLow(handle.tokenLow())
            .setGradient(vectors.memory().offsetOf(vectors.gradient()))
            .setWeights(vectors.memory().offsetOf(vectors.weights()));
    return message.build().toByteArray();
  }

  /**
   * Maps what a worker offers.
   *
   * @throws IOException saying why, if this process cannot reach it
   */
  static PeerMemory attach(byte[] offer) throws IOException {
    var message = gradwire.transport.grpc.proto.SharedMemory.parseFrom(offer);
    SharedMemory memory =
        SharedMemory.attach(
            new SharedMemory.Handle(
                message.getPid(),
                message.getFile(),
                message.getNumFloats(),
                message.getTokenHigh(),
                message.getTokenLow()));
    long length = message.getNumFloats();
    if (isOutside(message.getGradient(), length) || isOutside(message.getWeights(), length)) {
      memory.close();
      throw new IOException("shared memory: expected both vectors within " + length + " floats");
    }
    return new PeerMemory(memory, message.getGradient(), message.getWeights());
  }

  private static boolean isOutside(long offset, long length) {
    return offset < 0 || offset > length;
  }

  /** Whether a shard of {@code numFloats} fits behind both offsets. */
  boolean holds(long numFloats) {
    long length = Floats.length(memory.floats());
    return numFloats <= length - gradient && numFloats <= length - weights;
  }

  /** {@code [numFloats] float32}, to be read. */
  MemorySegment gradient(long numFloats) {
    return Floats.slice(memory.floats(), gradient, numFloats);
  }

  /** {@code [numFloats] float32}, to be written. */
  MemorySegment weights(long numFloats) {
    return Floats.slice(memory.floats(), weights, numFloats);
  }

  /** The gradient, where it is; unmapped only after its release. */
  TensorBuffer lendGradient(long numFloats) {
    users.incrementAndGet();
    MemorySegment lent = gradient(numFloats);
    return new TensorBuffer() {
      @Override
      public MemorySegment memory() {
        return lent;
      }

      @Override
      public void release() {
        SharedPages.giveBack(lent, 0, numFloats);
        PeerMemory.this.release();
      }
    };
  }

  /** {@code piece} of weights of {@code numFloats} is written; this process needs it no more. */
  void giveBack(MemorySegment piece, long numFloats) {
    SharedPages.giveBack(
        weights(numFloats), memory.offsetOf(piece) - weights, Floats.length(piece));
  }

  /** The stream has ended, or a gradient is no longer needed. */
  void release() {
    if (users.decrementAndGet() == 0) {
      memory.close();
    }
  }
}
