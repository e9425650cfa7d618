package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.config.Consistency;
import gradwire.error.GradwireException;
import gradwire.server.checkpoint.Checkpoint;
import gradwire.server.checkpoint.CheckpointFolder;
import gradwire.server.checkpoint.Progress;
import gradwire.server.shard.Shards.Job;
import gradwire.update.OptimizerSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All servers are gone with their state; others go on from a checkpoint. */
final class MachineLossTest {
  private static final int NUM_FLOATS = 1021;
  private static final int NUM_REPLICAS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private static Job sync(OptimizerSpec optimizer, long everySteps) {
    return new Job(
        NUM_FLOATS,
        NUM_REPLICAS,
        new Consistency.Sync(OptionalInt.empty()),
        optimizer,
        everySteps,
        (replica, sequence, element) ->
            new Random(31 * (31 * sequence + replica) + element).nextFloat(-1, 1));
  }

  /** Element {@code i} counts the pushes of replica {@code i mod 3}: exact in any order. */
  private static Job counting(Consistency consistency, long everySteps) {
    return new Job(
        NUM_FLOATS,
        NUM_REPLICAS,
        consistency,
        OptimizerSpec.of("sgd", Map.of("learning_rate", 1.0)),
        everySteps,
        (replica, sequence, element) -> element % NUM_REPLICAS == replica ? -1 : 0);
  }

  private Optional<Checkpoint> newest() {
    return new CheckpointFolder(folder.resolve("checkpoints")).newest(any -> {}, (path, why) -> {});
  }

  private Path awaitCheckpoint(long step) {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (newest().filter(it -> it.manifest().step() == step).isEmpty()) {
      assertThat(System.nanoTime()).as("step %d is whole", step).isLessThan(deadlineNanos);
      Thread.onSpinWait();
    }
    return newest().orElseThrow().folder();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sgd", "momentum", "adam"})
  void inSyncModeTheBitsAreThoseOfAnUndisturbedRunOnAnyNumberOfServers(String optimizer) {
    Job job = sync(OptimizerSpec.of(optimizer, Map.of("learning_rate", 0.1)), 4);
    float[] undisturbed;
    try (Shards shards = new Shards(job, 1, folder.resolve("quiet"), "state", Optional.empty())) {
      shards.pushAll(13);
      undisturbed = shards.weights();
    }
    Path first;
    try (Shards shards = new Shards(job, 1, folder, "first", Optional.empty())) {
      shards.pushAll(6);
      first = awaitCheckpoint(4);
    }
    Path second;
    try (Shards shards = new Shards(job, 2, folder, "second", Optional.of(first))) {
      assertThat(shards.sequence(2)).isEqualTo(4);
      shards.pushAll(5);
      second = awaitCheckpoint(8);
    }
    try (Shards shards = new Shards(job, 3, folder, "third", Optional.of(second))) {
      shards.pushAll(5);
      assertThat(shards.weights()).isEqualTo(undisturbed);
      assertThat(shards.numApplied(2)).isEqualTo(13 * NUM_REPLICAS);
    }
  }

  @Test
  void aServerThatIsKilledAfterItsRestoreGoesOnWithItsStateAndNotWithTheCheckpointAgain() {
    Job job = sync(OptimizerSpec.of("adam", Map.of("learning_rate", 0.1)), 4);
    Path checkpoint;
    try (Shards shards = new Shards(job, 2, folder, "lost", Optional.empty())) {
      shards.pushAll(4);
      checkpoint = awaitCheckpoint(4);
    }
    float[] weights;
    try (Shards shards = new Shards(job, 2, folder, "state", Optional.of(checkpoint))) {
      shards.pushAll(2);
      weights = shards.weights();
    }
    try (Shards shards = new Shards(job, 2, folder, "state", Optional.of(checkpoint))) {
      assertThat(shards.sequence(0)).isEqualTo(6);
      assertThat(shards.weights()).isEqualTo(weights);
    }
  }

  @Test
  void aCheckpointOfAnotherRunIsRefused() {
    Path checkpoint;
    Job job = sync(OptimizerSpec.of("sgd", Map.of("learning_rate", 0.1)), 4);
    try (Shards shards = new Shards(job, 2, folder, "lost", Optional.empty())) {
      shards.pushAll(4);
      checkpoint = awaitCheckpoint(4);
    }
    Job other = sync(OptimizerSpec.of("sgd", Map.of("learning_rate", 0.2)), 4);
    assertThatThrownBy(() -> new Shards(other, 2, folder, "state", Optional.of(checkpoint)).close())
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining("step-000000004: expected a checkpoint of");
  }

  @Test
  void inAsyncModeACheckpointOfSeveralServersHoldsTheSamePushesOnAllOfThem() {
    holdsTheSamePushes(new Consistency.Async());
  }

  @Test
  void withBoundedStalenessACheckpointOfSeveralServersHoldsTheSamePushesOnAllOfThem() {
    holdsTheSamePushes(new Consistency.Ssp(1_000_000));
  }

  /**
   * Replicas push at different paces, so that a cut is passed by some before others have reached
   * it, and each push is on some servers and not on others most of the time.
   */
  private void holdsTheSamePushes(Consistency consistency) {
    Job job = counting(consistency, 50);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path checkpoint = Path.of("");
    try (Shards shards = new Shards(job, 3, folder, "lost", Optional.empty())) {
      long lastStep = 0;
      long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
      for (int found = 0; found < 5; ) {
        for (int push = 0; push < 200; push++) {
          int pace = random.nextInt(100);
          shards.pushOn(pace < 60 ? 0 : pace < 97 ? 1 : 2);
        }
        Optional<Checkpoint> newest = newest();
        if (newest.isPresent() && newest.get().manifest().step() > lastStep) {
          lastStep = newest.get().manifest().step();
          checkpoint = newest.get().folder();
          found++;
        }
        assertThat(System.nanoTime()).as("seed %d", seed).isLessThan(deadlineNanos);
      }
    }
    List<Progress> replicas = Checkpoint.open(checkpoint).manifest().replicas();
    try (Shards shards = new Shards(job, 2, folder, "state", Optional.of(checkpoint))) {
      assertThat(shards.weights()).as("seed %d", seed).isEqualTo(counts(replicas));
      shards.pushAll(7);
      float[] later = counts(replicas);
      for (int i = 0; i < later.length; i++) {
        later[i] += 7;
      }
      assertThat(shards.weights()).as("seed %d", seed).isEqualTo(later);
      long applied = replicas.stream().mapToLong(Progress::applied).sum() + 7 * NUM_REPLICAS;
      assertThat(shards.numApplied(0)).isEqualTo(applied);
      assertThat(shards.numApplied(1)).isEqualTo(applied);
    }
  }

  private static float[] counts(List<Progress> replicas) {
    float[] counts = new float[NUM_FLOATS];
    for (int i = 0; i < NUM_FLOATS; i++) {
      counts[i] = replicas.get(i % NUM_REPLICAS).sequence();
      assertThat(replicas.get(i % NUM_REPLICAS).applied()).isEqualTo((long) counts[i]);
    }
    return counts;
  }
}
