package gradwire.dl4j;

import gradwire.tensor.Floats;
import gradwire.tensor.SharedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The engine's two flat vectors, in memory that a server on this host can map where the platform
 * has such. One owner.
 */
final class StepVectors implements AutoCloseable {
  /** Both vectors start on a cache line. */
  private static final long ALIGNMENT_FLOATS = 16;

  private final Arena arena = Arena.ofShared();
  private final Optional<SharedMemory> shared;
  private final MemorySegment parameters;
  private final MemorySegment gradient;

  StepVectors(long numFloats) {
    long apart = Math.ceilDiv(numFloats, ALIGNMENT_FLOATS) * ALIGNMENT_FLOATS;
    shared = SharedMemory.create(apart + numFloats);
    if (shared.isPresent()) {
      parameters = Floats.slice(shared.get().floats(), 0, numFloats);
      gradient = Floats.slice(shared.get().floats(), apart, numFloats);
    } else {
      parameters = Floats.allocate(arena, numFloats);
      gradient = Floats.allocate(arena, numFloats);
    }
  }

  /** {@code [numFloats] float32}. */
  MemorySegment parameters() {
    return parameters;
  }

  /** {@code [numFloats] float32}. */
  MemorySegment gradient() {
    return gradient;
  }

  Optional<SharedMemory> shared() {
    return shared;
  }

  @Override
  public void close() {
    shared.ifPresent(SharedMemory::close);
    arena.close();
  }
}
