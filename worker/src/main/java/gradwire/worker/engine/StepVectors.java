package gradwire.worker.engine;

import gradwire.tensor.Floats;
import gradwire.tensor.SharedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * An engine's two flat vectors, in memory that a server on this host can map where the platform has
 * such. An engine that takes them saves its users a copy each way. One owner.
 */
public final class StepVectors implements AutoCloseable {
  /** Both vectors start on a cache line. */
  private static final long ALIGNMENT_FLOATS = 16;

  private final Arena arena = Arena.ofShared();
  private final Optional<SharedMemory> shared;
  private final MemorySegment parameters;
  private final MemorySegment gradient;

  /** Zeros. */
  public StepVectors(long numFloats) {
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
  public MemorySegment parameters() {
    return parameters;
  }

  /** {@code [numFloats] float32}. */
  public MemorySegment gradient() {
    return gradient;
  }

  /** The memory that both lie in: one piece, or one each. */
  public List<MemorySegment> regions() {
    return shared.map(memory -> List.of(memory.floats())).orElse(List.of(parameters, gradient));
  }

  /** What holds both, if it can be shared. */
  public Optional<SharedMemory> shared() {
    return shared;
  }

  @Override
  public void close() {
    shared.ifPresent(SharedMemory::close);
    arena.close();
  }
}
