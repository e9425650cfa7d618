package gradwire.server.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * One of a shard's vectors.
 *
 * @param suffix what its tensors' names end with: nothing for weights, {@code /slot0} and so on
 * @param values {@code [shardLength] float32}
 */
record StateVector(String suffix, MemorySegment values) {
  /** All vectors of a shard, weights first. */
  static List<StateVector> of(CheckpointWriter.Source source) {
    List<StateVector> vectors = new ArrayList<>();
    vectors.add(new StateVector("", source.weights()));
    for (int slot = 0; slot < source.slots().size(); slot++) {
      vectors.add(new StateVector("/slot" + slot, source.slots().get(slot)));
    }
    return vectors;
  }
}
