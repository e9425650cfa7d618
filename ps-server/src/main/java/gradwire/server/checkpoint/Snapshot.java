package gradwire.server.checkpoint;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** A shard's state as it was when the snapshot was taken, in memory of its own. */
final class Snapshot implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final List<StateVector> vectors = new ArrayList<>();

  Snapshot(List<StateVector> live) {
    for (StateVector vector : live) {
      vectors.add(
          new StateVector(
              vector.suffix(),
              Floats.allocate(arena, Floats.length(vector.values())).copyFrom(vector.values())));
    }
  }

  List<StateVector> vectors() {
    return vectors;
  }

  @Override
  public void close() {
    arena.close();
  }
}
