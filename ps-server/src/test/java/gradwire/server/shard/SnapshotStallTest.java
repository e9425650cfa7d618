package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.ShardMap;
import gradwire.config.CheckpointPlan;
import gradwire.error.GradwireException;
import gradwire.server.checkpoint.CheckpointFolder;
import gradwire.server.checkpoint.Checkpoints;
import gradwire.server.store.StateFiles;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorSpec;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.ShardSettings;
import gradwire.transport.TensorBuffer;
import gradwire.transport.Weights;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How much longer an update takes for a snapshot: a shard that is pushed to without a pause, which
 * is the worst there is. {@code -Dgradwire.stall.floats=26214400} for 100 MB of weights, and twice
 * as much of Adam's slots.
 */
final class SnapshotStallTest {
  private static final long NUM_FLOATS = Long.getLong("gradwire.stall.floats", 1 << 20);
  private static final int EVERY_STEPS = 60;
  private static final int NUM_SNAPSHOTS = Integer.getInteger("gradwire.stall.snapshots", 2);
  private static final int NUM_UPDATES = EVERY_STEPS * (NUM_SNAPSHOTS + 2) - 1;

  /** So many updates behind a step that is saved are held against those before it. */
  private static final int CONCERNED = EVERY_STEPS / 2;

  @TempDir private Path folder;

  /** Takes note of nothing. */
  private static final class Silent implements Replier {
    @Override
    public int line() {
      return ShardFixture.LINE;
    }

    @Override
    public void accepted() {}

    @Override
    public void weights(Weights reply, MemorySegment memory) {}

    @Override
    public void lastingWeights(Weights reply, MemorySegment memory) {}

    @Override
    public void fail(GradwireException why) {
      throw why;
    }
  }

  @Test
  void anUpdateTakesHardlyLongerForASnapshot() {
    double[] millis = new double[NUM_UPDATES];
    try (Arena arena = Arena.ofShared();
        ParameterShard shard =
            new ParameterShard(
                new StateFiles(folder.resolve("ps-0.shard"), 0),
                Checkpoints.in(Optional.of(folder.resolve("checkpoints"))),
                Absences.NONE)) {
      MemorySegment gradient = Floats.allocate(arena, NUM_FLOATS);
      shard.open(ShardFixture.chief(1, settings())).join();
      shard.initialize(0, 0, TensorBuffer.borrowed(gradient));
      for (int update = 0; update < NUM_UPDATES; update++) {
        long begun = System.nanoTime();
        shard.push(
            new Push(0, 0, update + 1, update), TensorBuffer.borrowed(gradient), new Silent());
        millis[update] = (System.nanoTime() - begun) / 1e6;
      }
    }
    report(millis);
    assertThat(new CheckpointFolder(folder.resolve("checkpoints")).newestFirst()).isNotEmpty();
  }

  private static ShardSettings settings() {
    FlatLayout layout = new FlatLayout(List.of(TensorSpec.weight("w", NUM_FLOATS)));
    return new ShardSettings(
        ShardMap.of(layout, 1).shards().getFirst(),
        1,
        OptimizerSpec.of("adam", Map.of()),
        ShardFixture.ASYNC,
        Long.MAX_VALUE,
        new CheckpointPlan(EVERY_STEPS, 1));
  }

  /** Update {@code n} (from 0) makes step {@code n + 1}; the first interval is for warming up. */
  private static void report(double[] millis) {
    if (Boolean.getBoolean("gradwire.stall.all")) {
      for (int update = 0; update < NUM_UPDATES; update++) {
        System.out.printf(Locale.ROOT, "step %d: %.1f ms%n", update + 1, millis[update]);
      }
    }
    List<Double> quiet = new ArrayList<>();
    List<Double> concerned = new ArrayList<>();
    for (int update = EVERY_STEPS; update < NUM_UPDATES; update++) {
      boolean isConcerned = (update + 1) % EVERY_STEPS <= CONCERNED;
      (isConcerned ? concerned : quiet).add(millis[update]);
    }
    double median = percentile(quiet, 50);
    System.out.printf(
        Locale.ROOT,
        "%d MB of weights: an update takes %.1f ms (median; 99%%: %.1f, most: %.1f); behind a"
            + " snapshot %.1f (median; 99%%: %.1f, most: %.1f): stall at most %.1f ms%n",
        NUM_FLOATS * Float.BYTES >> 20,
        median,
        percentile(quiet, 99),
        percentile(quiet, 100),
        percentile(concerned, 50),
        percentile(concerned, 99),
        percentile(concerned, 100),
        percentile(concerned, 100) - median);
  }

  private static double percentile(List<Double> millis, int percent) {
    List<Double> sorted = millis.stream().sorted().toList();
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }
}
