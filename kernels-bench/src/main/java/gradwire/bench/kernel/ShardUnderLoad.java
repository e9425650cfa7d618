package gradwire.bench.kernel;

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
public final class ShardUnderLoad implements AutoCloseable {
  private final ShardMemory memory;
  private final List<MemorySegment> gradients;
  private final long bytesPerUpdate;
  private long numUpdates;

  /**
   * @param gradients one for each replica; they outlive this
   */
  ShardUnderLoad(OptimizerSpec optimizer, List<MemorySegment> gradients, int numThreads) {
    this.gradients = gradients;
    Optimizer rule = Optimizer.of(optimizer);
    long numFloats = Floats.length(gradients.getFirst());
    memory = new ShardMemory(shard(numFloats), rule, numThreads);
    bytesPerUpdate = numFloats * Float.BYTES * (2 + 2L * rule.numSlots() + gradients.size());
  }

  /** Gradients of a number alone, by a rule with its defaults. */
  public static ShardUnderLoad filled(
      String optimizer, long numFloats, int numReplicas, int numThreads, float value) {
    List<MemorySegment> gradients =
        IntStream.range(0, numReplicas).mapToObj(i -> filled(numFloats, value)).toList();
    return new ShardUnderLoad(OptimizerSpec.of(optimizer, Map.of()), gradients, numThreads);
  }

  private static Shard shard(long numFloats) {
    FlatLayout layout = new FlatLayout(List.of(TensorSpec.weight("weights", numFloats)));
    return ShardMap.of(layout, 1).shards().getFirst();
  }

  private static MemorySegment filled(long numFloats, float value) {
    MemorySegment segment = Floats.allocate(Arena.ofAuto(), numFloats);
    fill(segment, value);
    return segment;
  }

  private static void fill(MemorySegment segment, float value) {
    for (long i = 0; i < Floats.length(segment); i++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
  }

  /** Gives every element of every slot a value. */
  public void fillSlots(float value) {
    memory.vectors().stream().skip(1).forEach(slot -> fill(slot, value));
  }

  MemorySegment weights() {
    return memory.weights();
  }

  /**
   * Applies the gradients once.
   *
   * @return bytes that had to be read and written
   */
  public long apply() {
    numUpdates++;
    memory.apply(numUpdates, gradients);
    return bytesPerUpdate;
  }

  @Override
  public void close() {
    memory.close();
  }
}
