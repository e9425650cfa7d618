package gradwire.bench;

import gradwire.cluster.ShardMap;
import gradwire.cluster.ShardMap.Shard;
import gradwire.server.optimizer.Optimizer;
import gradwire.server.shard.ShardMemory;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorSpec;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** One shard, all weight, and the gradients that are applied to it again and again. One thread. */
final class ShardUnderLoad implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final ShardMemory memory;
  private final List<MemorySegment> gradients;
  private final long bytesPerUpdate;
  private long numUpdates;

  ShardUnderLoad(String optimizer, long numFloats, int numReplicas, int numThreads, float value) {
    Optimizer rule = Optimizer.of(OptimizerSpec.of(optimizer, Map.of()));
    memory = new ShardMemory(shard(numFloats), rule, numThreads);
    gradients =
        IntStream.range(0, numReplicas).mapToObj(replica -> filled(numFloats, value)).toList();
    bytesPerUpdate = numFloats * Float.BYTES * (2 + 2L * rule.numSlots() + numReplicas);
  }

  private static Shard shard(long numFloats) {
    FlatLayout layout = new FlatLayout(List.of(TensorSpec.weight("weights", numFloats)));
    return ShardMap.of(layout, 1).shards().getFirst();
  }

  private MemorySegment filled(long numFloats, float value) {
    MemorySegment segment = Floats.allocate(arena, numFloats);
    fill(segment, value);
    return segment;
  }

  private static void fill(MemorySegment segment, float value) {
    for (long i = 0; i < Floats.length(segment); i++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
  }

  void fillSlots(float value) {
    memory.vectors().stream().skip(1).forEach(slot -> fill(slot, value));
  }

  /**
   * Applies the gradients once.
   *
   * @return bytes that had to be read and written
   */
  long apply() {
    numUpdates++;
    memory.apply(numUpdates, gradients);
    return bytesPerUpdate;
  }

  @Override
  public void close() {
    memory.close();
    arena.close();
  }
}
