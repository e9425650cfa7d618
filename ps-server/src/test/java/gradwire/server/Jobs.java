package gradwire.server;

import gradwire.cluster.ShardMap;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorSpec;
import gradwire.transport.ShardSettings;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Settings and numbers for tests. */
final class Jobs {
  static final Consistency SYNC = new Consistency.Sync(OptionalInt.empty());
  static final Consistency ASYNC = new Consistency.Async();

  private Jobs() {}

  /** One server, SGD with learning rate 1. */
  static Optional<ShardSettings> settings(Consistency consistency, int numFloats) {
    FlatLayout layout = new FlatLayout(List.of(TensorSpec.weight("w", numFloats)));
    return Optional.of(
        new ShardSettings(
            ShardMap.of(layout, 1).shards().getFirst(),
            1,
            OptimizerSpec.of("sgd", Map.of("learning_rate", 1.0)),
            consistency,
            1000,
            CheckpointPlan.DEFAULT));
  }

  static MemorySegment zeros(int numFloats) {
    return Floats.allocate(Arena.ofAuto(), numFloats);
  }

  static MemorySegment random(int numFloats, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    MemorySegment values = zeros(numFloats);
    for (int i = 0; i < numFloats; i++) {
      values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
    }
    return values;
  }

  static float[] floats(MemorySegment values) {
    return values.toArray(ValueLayout.JAVA_FLOAT);
  }
}
