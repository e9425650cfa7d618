package gradwire.server.checkpoint;

import gradwire.cluster.ShardMap;
import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.transport.Outcome;
import gradwire.transport.ShardSettings;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Two replicas' run with Adam over some servers. Element {@code i} of vector {@code v} is {@code
 * 1000 step + 100 v + i}.
 */
public final class SavedShards {
  static final FlatLayout LAYOUT =
      new FlatLayout(List.of(TensorSpec.weight("w", 3), TensorSpec.bias("b", 4)));
  static final int NUM_VECTORS = 3;

  private SavedShards() {}

  static ShardSettings settings(int shard, int numShards) {
    return new ShardSettings(
        ShardMap.of(LAYOUT, numShards).shards().get(shard),
        numShards,
        OptimizerSpec.of("adam", Map.of("learning_rate", 0.1)),
        new Consistency.Sync(OptionalInt.empty()),
        100,
        new CheckpointPlan(10, 2));
  }

  static CheckpointWriter writer(Path root, int shard, int numShards) {
    return new FileCheckpoints(
            Optional.of(root), () -> Optional.of(new JobMark(42, "abc")), Optional.empty())
        .writer(settings(shard, numShards), LAYOUT.fingerprint());
  }

  static Snapshot snapshot(int shard, int numShards, long step) {
    return snapshot(shard, numShards, step, step);
  }

  /**
   * @param sequence of both replicas
   */
  static Snapshot snapshot(int shard, int numShards, long step, long sequence) {
    ShardMap.Shard mine = settings(shard, numShards).shard();
    List<MemorySegment> vectors = new ArrayList<>();
    for (int vector = 0; vector < NUM_VECTORS; vector++) {
      float[] values = new float[(int) mine.length()];
      for (int i = 0; i < values.length; i++) {
        values[i] = value(step, vector, mine.begin() + i);
      }
      vectors.add(Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values));
    }
    Progress progress = new Progress(sequence, Outcome.APPLIED, sequence, 0);
    List<Long> staleness = new ArrayList<>(Collections.nCopies(1026, 0L));
    staleness.set(0, 2 * step);
    return new Snapshot(step, List.of(progress, progress), staleness, vectors);
  }

  static float value(long step, int vector, long element) {
    return 1000f * step + 100 * vector + element;
  }

  /** Server 0 of two has written its file, server 1 has not. */
  public static void savePart(Path root, long step) {
    writer(root, 0, 2).saveFinal(snapshot(0, 2, step));
  }

  /** A whole checkpoint. */
  public static void save(Path root, int numShards, long... steps) {
    for (long step : steps) {
      for (int shard = 0; shard < numShards; shard++) {
        writer(root, shard, numShards).saveFinal(snapshot(shard, numShards, step));
      }
    }
  }
}
