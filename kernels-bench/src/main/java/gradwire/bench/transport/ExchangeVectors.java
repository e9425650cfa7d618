package gradwire.bench.transport;

import gradwire.tensor.Floats;
import gradwire.tensor.SharedMemory;
import gradwire.transport.SharedVectors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** One worker's gradient and weights; in shared memory where the row is about that. One owner. */
final class ExchangeVectors implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Optional<SharedMemory> memory;
  private final MemorySegment gradient;
  private final MemorySegment whole;
  private final boolean comesDown;

  /**
   * @param known what the gradient holds; used as it is unless it must be shared
   */
  ExchangeVectors(TransportCase row, MemorySegment known) {
    long length = row.size().numFloats();
    comesDown = row.direction().comesDown();
    memory = row.carrier() == Carrier.SHM ? SharedMemory.create(2 * length) : Optional.empty();
    if (memory.isPresent()) {
      whole = Floats.slice(memory.get().floats(), 0, length);
      gradient = Floats.slice(memory.get().floats(), length, length).copyFrom(known);
    } else {
      whole = comesDown ? Floats.allocate(arena, length) : MemorySegment.NULL;
      gradient = known;
    }
  }

  MemorySegment gradient() {
    return gradient;
  }

  /** Without floats where the row asks for none. */
  MemorySegment weights() {
    return comesDown ? whole : MemorySegment.NULL;
  }

  Optional<SharedVectors> shared() {
    return memory.map(shared -> new SharedVectors(shared, gradient, whole));
  }

  @Override
  public void close() {
    memory.ifPresent(SharedMemory::close);
    arena.close();
  }
}
