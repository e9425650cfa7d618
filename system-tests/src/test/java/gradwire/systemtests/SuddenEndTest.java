package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import gradwire.launcher.ProcessFile;
import gradwire.run.MetricsRecord;
import gradwire.run.MetricsTail;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A run of an endless job with real roles, killed or interrupted in the middle. */
@EnabledOnOs(OS.LINUX)
final class SuddenEndTest {
  private static final Duration SECONDS = Duration.ofSeconds(20);

  /** Of a task's log, if a test fails. */
  private static final int TOLD_LINES = 12;

  @TempDir Path folder;
  private Path runDir;

  @BeforeEach
  void choose() {
    runDir = folder.resolve("run");
  }

  private Command launch(String... sets) {
    String[] all = new String[sets.length + 1];
    all[0] = "estimator.script_params.train_steps=100000000";
    System.arraycopy(sets, 0, all, 1, sets.length);
    Command launcher = Command.run(Repository.REFERENCE_JOB, runDir, all);
    Path metrics = runDir.resolve("metrics.jsonl");
    Await.until(
        "training is under way",
        Command.PATIENCE,
        () -> {
          assertThat(launcher.isAlive()).as(launcher::said).isTrue();
          return isNotEmpty(metrics);
        });
    return launcher;
  }

  private static boolean isNotEmpty(Path file) {
    try {
      return Files.exists(file) && Files.size(file) > 0;
    } catch (IOException vanished) {
      return false;
    }
  }

  @AfterEach
  void nothingIsLeftBehind() {
    LinuxProcesses.awaitNoneOf(runDir, SECONDS);
  }

  @Test
  void aRunGoesOnWithoutLossWhenAWorkerIsKilled() {
    goesOnWithout(TaskId.worker(1));
  }

  @Test
  void aRunGoesOnWithoutLossWhenTheChiefIsKilled() {
    goesOnWithout(TaskId.worker(0));
  }

  @Test
  void aRunGoesOnWithoutLossWhenTheServerIsKilled() {
    goesOnWithout(TaskId.ps(0));
  }

  private void goesOnWithout(TaskId victim) {
    try (Command launcher = launch()) {
      long before = LinuxProcesses.of(runDir, victim);
      LinuxProcesses.signal("KILL", before);
      Await.until(
          victim + " is back",
          SECONDS,
          () ->
              ProcessFile.findRunning(new RunFolder(runDir).pid(victim))
                  .filter(now -> now.pid() != before)
                  .isPresent());
      awaitMoreMetrics(launcher);
      launcher.signal("INT");
      assertThat(launcher.awaitExit(SECONDS)).as(launcher::said).isEqualTo(130);
      checkStopped();
      assertThat(result().tasks())
          .filteredOn(task -> task.name().equals(victim.name()))
          .singleElement()
          .extracting(RunResult.TaskUsage::incarnations)
          .isEqualTo(2);
      assertThat(runDir.resolve("launcher.log"))
          .content()
          .contains(victim + ": killed by signal 9 at ", ", restarted as incarnation 1");
    }
  }

  @Test
  void aRunWhoseLauncherWasKilledIsResumedWithoutLoss() {
    try (Command launcher = launch()) {
      launcher.signal("KILL");
      assertThat(launcher.awaitExit(SECONDS)).isEqualTo(137);
    }
    try (Command resumed =
        Command.gradwire(runDir, List.of("resume", runDir.toString(), "--quiet"))) {
      awaitMoreMetrics(resumed);
      resumed.signal("INT");
      assertThat(resumed.awaitExit(SECONDS)).as(resumed::said).isEqualTo(130);
      checkStopped();
      assertThat(result().tasks())
          .extracting(RunResult.TaskUsage::incarnations)
          .containsExactly(2, 2, 2);
    }
  }

  @Test
  void aRunThatWasStoppedIsResumedBeyondItsStop() {
    try (Command launcher = launch()) {
      launcher.signal("INT");
      assertThat(launcher.awaitExit(SECONDS)).as(launcher::said).isEqualTo(130);
    }
    RunResult stopped = result();
    try (Command resumed =
        Command.gradwire(runDir, List.of("resume", runDir.toString(), "--quiet"))) {
      awaitMoreMetrics(resumed);
      resumed.signal("INT");
      assertThat(resumed.awaitExit(SECONDS)).as(resumed::said).isEqualTo(130);
      checkStopped();
      assertThat(result().globalSteps()).isGreaterThan(stopped.globalSteps());
    }
  }

  /** New lines of metrics: the chief takes steps again. */
  private void awaitMoreMetrics(Command launcher) {
    MetricsTail tail = new MetricsTail(runDir.resolve("metrics.jsonl"));
    long lastStep = tail.poll().stream().mapToLong(MetricsRecord::step).max().orElse(0);
    Await.until(
        "steps beyond " + lastStep,
        Command.PATIENCE,
        () -> {
          assertThat(launcher.isAlive()).as(launcher::said).isTrue();
          return tail.poll().stream().anyMatch(line -> line.step() > lastStep);
        });
  }

  @Test
  void aKilledLauncherTakesItsRolesWithIt() {
    try (Command launcher = launch()) {
      assertThat(LinuxProcesses.ofRun(runDir)).hasSize(3);
      launcher.signal("KILL");
      LinuxProcesses.awaitNoneOf(runDir, Duration.ofSeconds(5));
    }
  }

  @Test
  void anInterruptSavesACheckpointAndTheModelAndEndsAll() {
    try (Command launcher = launch()) {
      launcher.signal("INT");
      assertThat(launcher.awaitExit(SECONDS)).as(launcher::said).isEqualTo(130);
      checkStopped();
    }
  }

  @Test
  void anInterruptEndsThreadsAsItEndsProcesses() {
    try (Command launcher = launch("compute_target=inprocess")) {
      launcher.signal("INT");
      assertThat(launcher.awaitExit(SECONDS)).as(launcher::said).isEqualTo(130);
      checkStopped();
    }
  }

  private void checkStopped() {
    RunResult result = result();
    assertThat(result.status()).as(result.toJson()).isEqualTo(RunStatus.STOPPED);
    assertThat(result.error()).as(this::told).isNull();
    assertThat(result.globalSteps()).isPositive();
    assertThat(result.updatesLost()).isZero();
    assertThat(result.updatesDuplicated()).isZero();
    assertThat(runDir.resolve("model/weights.safetensors")).isNotEmptyFile();
    assertThat(
            runDir.resolve(
                "checkpoints/step-%09d/shard-0-of-1.safetensors".formatted(result.globalSteps())))
        .isNotEmptyFile();
  }

  /** The end of every task's log. */
  private String told() {
    try (Stream<Path> logs = Files.list(runDir)) {
      return logs.filter(file -> file.getFileName().toString().startsWith("stdout-"))
          .sorted()
          .map(SuddenEndTest::end)
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String end(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      List<String> last = lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size());
      return log.getFileName() + ":\n" + String.join("\n", last);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RunResult result() {
    return RunResult.read(new RunFolder(runDir).result());
  }
}
