package gradwire.server.checkpoint;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A shard's state as it was when the snapshot was taken, in memory of its own. */
final class Snapshot implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final List<StateVector> vectors = new ArrayList<>();

  Snapshot(List<StateVector> live) {
    try {
      live.forEach(vector -> vectors.add(new StateVector(vector.suffix(), copy(vector.values()))));
    } catch (OutOfMemoryError e) {
      arena.close();
      throw e;
    }
  }

  private MemorySegment copy(MemorySegment values) {
    return Floats.allocate(arena, Floats.length(values)).copyFrom(values);
  }

  List<StateVector> vectors() {
    return vectors;
  }

  @Override
  public void close() {
    arena.close();
  }
}
