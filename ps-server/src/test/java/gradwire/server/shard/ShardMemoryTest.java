package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.ShardMap;
import gradwire.cluster.ShardMap.Shard;
import gradwire.server.optimizer.Optimizer;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorKind;
import gradwire.tensor.TensorSpec;
import gradwire.update.KnownOptimizer;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ShardMemoryTest {
  private static final FlatLayout LAYOUT =
      new FlatLayout(
          List.of(
              TensorSpec.weight("w", 71, 149),
              TensorSpec.bias("b", 71),
              new TensorSpec(
                  "mean", List.of(71L), TensorSpec.Order.ROW_MAJOR, TensorKind.STATISTIC)));
  private static final int STEPS = 5;
  private static final int REPLICAS = 3;

  @ParameterizedTest
  @EnumSource
  void cuttingIntoShardsChangesNoBit(KnownOptimizer known) {
    OptimizerSpec spec =
        OptimizerSpec.of(
            known.name().toLowerCase(java.util.Locale.ROOT),
            Map.of("learning_rate", 0.1, "weight_decay", 0.01));
    long seed = System.nanoTime();
    byte[] unsharded = trained(spec, 1, seed);

    for (int numServers : new int[] {2, 3, 5, 7}) {
      assertThat(trained(spec, numServers, seed))
          .as("seed %d, %d servers", seed, numServers)
          .isEqualTo(unsharded);
    }
  }

  private static byte[] trained(OptimizerSpec spec, int numServers, long seed) {
    try (Arena arena = Arena.ofConfined()) {
      SplittableRandom random = new SplittableRandom(seed);
      MemorySegment weights = random(arena, random);
      List<List<MemorySegment>> gradients = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        List<MemorySegment> replicas = new ArrayList<>();
        for (int replica = 0; replica < REPLICAS; replica++) {
          replicas.add(random(arena, random));
        }
        gradients.add(replicas);
      }
      for (Shard shard : ShardMap.of(LAYOUT, numServers).shards()) {
        train(shard, Optimizer.of(spec), slice(weights, shard), gradients);
      }
      return weights.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static void train(
      Shard shard,
      Optimizer optimizer,
      MemorySegment weights,
      List<List<MemorySegment>> gradients) {
    try (ShardMemory memory = new ShardMemory(shard, optimizer)) {
      memory.weights().copyFrom(weights);
      for (int step = 1; step <= STEPS; step++) {
        memory.apply(step, gradients.get(step - 1).stream().map(g -> slice(g, shard)).toList());
      }
      weights.copyFrom(memory.weights());
    }
  }

  private static MemorySegment slice(MemorySegment flat, Shard shard) {
    return Floats.slice(flat, shard.begin(), shard.length());
  }

  private static MemorySegment random(Arena arena, SplittableRandom random) {
    MemorySegment values = Floats.allocate(arena, LAYOUT.numFloats());
    for (long i = 0; i < LAYOUT.numFloats(); i++) {
      values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
    }
    return values;
  }
}
