package gradwire.bench.transport;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A tensor of {@link Numbers}, off-heap. Any thread. */
final class KnownTensor implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;

  KnownTensor(PayloadSize size) {
    memory = Floats.allocate(arena, size.numFloats());
    Numbers.fill(memory);
  }

  MemorySegment memory() {
    return memory;
  }

  @Override
  public void close() {
    arena.close();
  }
}
