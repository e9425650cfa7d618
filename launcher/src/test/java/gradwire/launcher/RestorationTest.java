package gradwire.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cluster.ShardMap;
import gradwire.config.JobFile;
import gradwire.config.JobFiles;
import gradwire.error.UsageException;
import gradwire.run.MetricsLog;
import gradwire.run.MetricsTail;
import gradwire.run.Restored;
import gradwire.run.RunFolder;
import gradwire.server.checkpoint.FileCheckpoints;
import gradwire.server.checkpoint.JobMark;
import gradwire.server.checkpoint.Progress;
import gradwire.server.checkpoint.Snapshot;
import gradwire.server.store.StateFiles;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorSpec;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.ShardSettings;
import gradwire.update.OptimizerSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RestorationTest {
  private static final FlatLayout LAYOUT = new FlatLayout(List.of(TensorSpec.weight("w", 6)));

  /** Of the header of a state file: which start of the machine it is of. */
  private static final int BOOT_AT = 48;

  @TempDir private Path folder;
  private final List<String> report = new ArrayList<>();
  private RunFolder run;
  private JobFile job;

  @BeforeEach
  void makeRun() {
    run = new RunFolder(folder);
    job =
        JobFiles.parse(
            "job",
            """
            experiment: test
            estimator: {entry_class: a.B, worker_count: 2, parameter_server_count: 2}
            training:
              consistency: sync
              evaluate_every_steps: 20
              stop_at: {metric: test_accuracy, value: 0.9}
            """);
  }

  private ShardSettings settings(int shard) {
    return new ShardSettings(
        ShardMap.of(LAYOUT, 2).shards().get(shard),
        2,
        OptimizerSpec.of("sgd", Map.of()),
        job.training().consistency(),
        100,
        job.training().checkpoint());
  }

  private void saveState() {
    for (int shard = 0; shard < 2; shard++) {
      OpenRequest chief =
          new OpenRequest(0, 2, 0, 7, Optional.of(settings(shard)), Optional.empty());
      new StateFiles(state(shard), 0).create(chief, 3, 1).close();
    }
  }

  private Path state(int shard) {
    return run.state().resolve("ps-" + shard + ".shard");
  }

  private void restartMachine() throws IOException {
    byte[] bytes = Files.readAllBytes(state(1));
    bytes[BOOT_AT] ^= 1;
    Files.write(state(1), bytes);
  }

  private void saveCheckpoints(long... steps) {
    for (long step : steps) {
      for (int shard = 0; shard < 2; shard++) {
        Progress progress = new Progress(step, Outcome.APPLIED, step, 0);
        new FileCheckpoints(
                Optional.of(run.checkpoints()),
                () -> Optional.of(JobMark.of(job)),
                Optional.empty())
            .writer(settings(shard), 7)
            .saveFinal(
                new Snapshot(
                    step,
                    List.of(progress, progress),
                    Collections.nCopies(1026, 0L),
                    List.of(Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3))));
      }
    }
  }

  private void tell(long step, String metric) {
    try (MetricsLog log =
        new MetricsLog(run.metrics(), InstantSource.fixed(Instant.ofEpochSecond(7)))) {
      log.append(step, new TreeMap<>(Map.of(metric, 0.5)));
    }
  }

  private Optional<Restored> prepare() {
    return Restoration.of(run, job).prepare(report::add);
  }

  @Test
  void soundStateIsGoneOnWith() {
    saveState();
    saveCheckpoints(10);
    tell(30, "testAccuracy");

    assertThat(prepare()).isEmpty();
    assertThat(report).isEmpty();
    assertThat(MetricsTail.readAll(run.metrics())).hasSize(1);
    assertThat(state(0)).exists();
  }

  @Test
  void aRunThatHadNotBegunBegins() {
    assertThat(prepare()).isEmpty();
    assertThat(report).isEmpty();
  }

  @Test
  void stateOfAnotherStartOfTheMachineGivesWayToTheNewestCheckpoint() throws IOException {
    saveState();
    restartMachine();
    saveCheckpoints(10, 20);
    tell(20, "testAccuracy");
    tell(25, "testAccuracy");

    Restored restored = prepare().orElseThrow();
    assertThat(restored.checkpoint()).isEqualTo("step-000000020");
    assertThat(restored.seenStep()).isEqualTo(25);
    assertThat(report).hasSize(2);
    assertThat(report.getFirst())
        .startsWith("restored step 20 from " + run.checkpoints().resolve("step-000000020") + ", ")
        .contains(" s old, 2 files onto 2 servers (" + state(1), "before the machine went down");
    assertThat(report.getLast()).isEqualTo("steps 21 to 25 are trained again");
    assertThat(state(0)).doesNotExist();
    assertThat(MetricsTail.readAll(run.metrics())).hasSize(1);
    assertThat(Restored.find(run.restored())).contains(restored);
  }

  @Test
  void ofOtherNumbersOfTasksOnlyACheckpointCanBeGoneOnWith() {
    saveState();
    List<String> changes = new ArrayList<>();
    Restoration restoration =
        Restoration.onOtherTasks(run, job.on(1, 3), () -> changes.add("changed"));
    assertThatThrownBy(() -> restoration.prepare(report::add))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("other numbers of tasks; and there is no checkpoint of use in");
    assertThat(changes).isEmpty();

    saveCheckpoints(10);
    assertThat(restoration.prepare(report::add)).isPresent();
    assertThat(changes).containsExactly("changed");
    assertThat(report.getFirst()).contains("2 files onto 3 servers (other numbers of tasks)");
  }

  @Test
  void stateThatIsOfNoUseWithoutACheckpointIsRefusedByName() throws IOException {
    saveState();
    restartMachine();
    tell(20, "testAccuracy");

    assertThatThrownBy(this::prepare)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(state(1) + ": expected a file closed before the machine went down");
    assertThat(state(0)).exists();
  }

  @Test
  void withNothingLeftItBeginsAgain() {
    tell(20, "testAccuracy");
    assertThat(prepare()).isEmpty();
    assertThat(report).singleElement().asString().contains("begun again with the first step");
    assertThat(MetricsTail.readAll(run.metrics())).isEmpty();
  }

  @Test
  void whatOneServerHadSavedOfARunThatBeginsAgainIsPutAside() throws IOException {
    tell(20, "testAccuracy");
    Path part = Files.createDirectories(run.checkpoints().resolve("step-000000010"));
    Files.writeString(part.resolve("shard-0-of-2.json"), "of the lost history");
    assertThat(prepare()).isEmpty();
    assertThat(part).doesNotExist();
    assertThat(run.checkpoints().resolve("refused-step-000000010/shard-0-of-2.json")).exists();
  }

  @Test
  void aCheckpointWhoseRunsEndDependsOnALostEvaluationIsPassedOver() {
    saveCheckpoints(30, 50);
    tell(20, "testAccuracy");
    tell(50, "loss");

    assertThat(prepare().orElseThrow().step()).isEqualTo(30);
    assertThat(report.getFirst()).contains("step-000000050: the evaluation of step 40, on which");
    assertThat(run.checkpoints().resolve("refused-step-000000050")).isDirectory();
  }

  @Test
  void aCheckpointOfAnotherJobIsRefused() {
    saveCheckpoints(10);
    JobFile other =
        JobFiles.parse(
            "job",
            """
            experiment: test
            estimator: {entry_class: a.B, worker_count: 2, parameter_server_count: 2}
            training: {consistency: sync, seed: 43}
            """);
    tell(20, "testAccuracy");
    assertThatThrownBy(() -> Restoration.of(run, other).prepare(report::add))
        .isInstanceOf(UsageException.class);
    assertThat(MetricsTail.readAll(run.metrics())).hasSize(1);
    assertThat(report.getFirst()).contains("step-000000010: is of another job");
  }
}
