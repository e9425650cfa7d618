package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
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
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
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

  @Test
  void threadsChangeNoBit() {
    long seed = System.nanoTime();
    assertThat(longShard(2, seed)).as("seed %d", seed).isEqualTo(longShard(1, seed));
    assertThat(longShard(5, seed)).as("seed %d", seed).isEqualTo(longShard(1, seed));
  }

  /** A shard long enough for threads, its tensors cut anywhere, after two updates. */
  private static byte[] longShard(int numThreads, long seed) {
    FlatLayout layout =
        new FlatLayout(
            List.of(
                TensorSpec.weight("w", 1021, 1031),
                TensorSpec.bias("b", 131),
                TensorSpec.weight("v", 65_537)));
    assertThat(layout.numFloats()).isGreaterThan(ShardUpdater.PARALLEL_FLOATS);
    Shard shard = ShardMap.of(layout, 1).shards().getFirst();
    SplittableRandom random = new SplittableRandom(seed);
    try (Arena arena = Arena.ofShared();
        ShardMemory memory = new ShardMemory(shard, adam(), numThreads)) {
      memory.weights().copyFrom(random(arena, random, layout.numFloats()));
      for (int step = 1; step <= 2; step++) {
        MemorySegment one = random(arena, random, layout.numFloats());
        memory.apply(step, List.of(one, random(arena, random, layout.numFloats())));
      }
      return memory.weights().toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static Optimizer adam() {
    return Optimizer.of(OptimizerSpec.of("adam", Map.of("weight_decay", 0.01)));
  }

  @Test
  void aThousandUpdatesAllocateNextToNothing() {
    Shard shard = ShardMap.of(LAYOUT, 1).shards().getFirst();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Arena arena = Arena.ofConfined();
        ShardMemory memory = new ShardMemory(shard, adam())) {
      SplittableRandom random = new SplittableRandom(1);
      List<MemorySegment> gradients = List.of(random(arena, random), random(arena, random));
      apply(memory, gradients, 1, 3000);
      long before = threads.getCurrentThreadAllocatedBytes();
      apply(memory, gradients, 3001, 1000);
      long bytes = threads.getCurrentThreadAllocatedBytes() - before;
      // The update's scalars, and what else a rule's lambda holds.
      assertThat(bytes / 1000).as("bytes an update").isLessThan(512);
    }
  }

  private static void apply(
      ShardMemory memory, List<MemorySegment> gradients, long first, int numUpdates) {
    for (long update = first; update < first + numUpdates; update++) {
      memory.apply(update, gradients);
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
    return random(arena, random, LAYOUT.numFloats());
  }

  private static MemorySegment random(Arena arena, SplittableRandom random, long numFloats) {
    MemorySegment values = Floats.allocate(arena, numFloats);
    for (long i = 0; i < numFloats; i++) {
      values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
    }
    return values;
  }
}
