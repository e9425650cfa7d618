package gradwire.bench.transport;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The same bytes copied within one process: what shared memory is held against. */
final class CopyExchange implements Exchange {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment source;
  private final MemorySegment target;
  private final MemorySegment back;

  CopyExchange(TransportCase row, MemorySegment gradient) {
    source = gradient;
    target = Floats.allocate(arena, row.size().numFloats());
    back = Floats.allocate(arena, row.direction().ways() == 2 ? row.size().numFloats() : 0);
  }

  @Override
  public void run() {
    target.copyFrom(source);
    if (back.byteSize() > 0) {
      back.copyFrom(target);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
