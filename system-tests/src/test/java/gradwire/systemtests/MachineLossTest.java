package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import gradwire.run.MetricsTail;
import gradwire.run.Restored;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import gradwire.server.checkpoint.Checkpoint;
import gradwire.server.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Every process of a run is killed and its state is gone; the run folder's disk survives. */
@EnabledOnOs(OS.LINUX)
final class MachineLossTest {
  private static final Duration SECONDS = Duration.ofSeconds(20);
  private static final int STEPS = 2_000;

  @TempDir Path folder;
  private Path runDir;

  @BeforeEach
  void choose() {
    runDir = folder.resolve("run");
  }

  @AfterEach
  void nothingIsLeftBehind() {
    LinuxProcesses.awaitNoneOf(runDir, SECONDS);
  }

  private static Command launch(Path runDir, String consistency) {
    return Command.run(
        Repository.REFERENCE_JOB,
        runDir,
        "estimator.script_params.train_steps=" + STEPS,
        "estimator.parameter_server_count=2",
        "training.consistency=" + consistency,
        "training.checkpoint.every_steps=100",
        "training.evaluate_every_steps=150",
        "training.stop_at={metric: test_accuracy, value: 0.9999}");
  }

  private Optional<Checkpoint> newest() {
    return new CheckpointFolder(runDir.resolve("checkpoints")).newest(any -> {}, (path, why) -> {});
  }

  /** Trains until there are two whole checkpoints, then loses all but the run folder's files. */
  private void loseTheMachine(String consistency) {
    try (Command launcher = launch(runDir, consistency)) {
      Await.until(
          "two whole checkpoints",
          Command.PATIENCE,
          () -> {
            assertThat(launcher.isAlive()).as(launcher::said).isTrue();
            return numWhole() >= 2;
          });
      List<Long> roles = LinuxProcesses.ofRun(runDir);
      launcher.signal("KILL");
      roles.forEach(MachineLossTest::kill);
      launcher.awaitExit(SECONDS);
      LinuxProcesses.awaitNoneOf(runDir, SECONDS);
    }
    new RunFolder(runDir).dropState();
    assertThat(runDir.resolve("state")).doesNotExist();
  }

  private long numWhole() {
    return new CheckpointFolder(runDir.resolve("checkpoints"))
        .newestFirst().stream().filter(step -> Files.exists(step.resolve("manifest.json"))).count();
  }

  private static void kill(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  private RunResult resume(String... sets) {
    List<String> words = new ArrayList<>(List.of("resume", runDir.toString(), "--quiet"));
    for (String set : sets) {
      words.addAll(List.of("--set", set));
    }
    try (Command resumed = Command.gradwire(runDir, words)) {
      assertThat(resumed.awaitExit()).as(resumed::said).isZero();
    }
    RunResult result = RunResult.read(runDir.resolve("result.json"));
    assertThat(result.status()).as(result.toJson()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(result.updatesLost()).isZero();
    assertThat(result.updatesDuplicated()).isZero();
    return result;
  }

  private String undisturbed() {
    Path quiet = folder.resolve("quiet");
    try (Command launcher = launch(quiet, "sync")) {
      assertThat(launcher.awaitExit()).as(launcher::said).isZero();
    }
    RunResult result = RunResult.read(quiet.resolve("result.json"));
    assertThat(result.globalSteps()).isEqualTo(STEPS);
    assertThat(result.restored()).isNull();
    return String.valueOf(result.parametersSha256());
  }

  @Test
  void aSyncRunEndsWithTheBitsOfAnUndisturbedOneAlsoOnOtherNumbersOfTasks() throws IOException {
    String expected = undisturbed();
    loseTheMachine("sync");
    long step = newest().orElseThrow().manifest().step();
    RunResult result = resume();
    assertThat(result.parametersSha256()).isEqualTo(expected);
    assertThat(result.globalSteps()).isEqualTo(STEPS);
    assertThat(result.updatesApplied()).isEqualTo(2 * STEPS);
    Restored restored = result.restored();
    if (restored == null) {
      fail("expected to hear of the checkpoint, got " + result.toJson());
    } else {
      assertThat(restored.step()).isBetween(100L, step);
      assertThat(restored.seenStep()).isGreaterThanOrEqualTo(restored.step());
    }
    assertThat(runDir.resolve("launcher.log"))
        .content()
        .contains("restored step ", " s old, 2 files onto 2 servers");
    assertThat(runDir.resolve("stdout-ps-1.txt")).content().contains("shard 1 of 2: restored at");
    assertThat(MetricsTail.readAll(runDir.resolve("metrics.jsonl")))
        .filteredOn(line -> line.isEvaluation())
        .extracting(line -> line.step())
        .doesNotHaveDuplicates()
        .isSorted()
        .hasSize(STEPS / 150 + 1);
  }

  @Test
  void theNewestOneIsDamagedAndTheOneBeforeGoesOnOnThreeServersAndOneWorker() throws IOException {
    String expected = undisturbed();
    loseTheMachine("sync");
    Checkpoint newest = newest().orElseThrow();
    Path file = newest.folder().resolve("shard-1-of-2.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    RunResult result = resume("estimator.parameter_server_count=3", "estimator.worker_count=1");
    assertThat(result.parametersSha256()).isEqualTo(expected);
    assertThat(result.tasks())
        .extracting(RunResult.TaskUsage::name)
        .containsExactly("ps-0", "ps-1", "ps-2", "worker-0");
    assertThat(runDir.resolve("launcher.log"))
        .content()
        .contains("checkpoint refused: " + file + ": damaged: expected SHA-256", "onto 3 servers");
    assertThat(runDir.resolve("checkpoints/refused-" + newest.name())).isDirectory();
  }

  @Test
  void anAsyncRunOfTwoServersGoesOnWithoutLossFromOneMomentOfBoth() {
    loseTheMachine("async");
    long step = newest().orElseThrow().manifest().step();
    RunResult result = resume();
    Restored restored = result.restored();
    assertThat(restored).isNotNull();
    assertThat(restored == null ? 0 : restored.step()).isEqualTo(step);
    assertThat(result.globalSteps()).isGreaterThanOrEqualTo(STEPS);
  }
}
