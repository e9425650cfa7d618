package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  void aKilledWorkerIsAClearErrorWithinSeconds() {
    try (Command launcher = launch()) {
      LinuxProcesses.signal("KILL", LinuxProcesses.of(runDir, TaskId.worker(1)));
      assertThat(launcher.awaitExit(SECONDS)).isEqualTo(1);
      assertThat(launcher.out()).contains("worker-1: killed by signal 9", "stdout-wk-1.txt");
      assertThat(result().status()).isEqualTo(RunStatus.FAILED);
      assertThat(result().error()).startsWith("worker-1: killed by signal 9");
    }
  }

  @Test
  void aKilledServerIsAClearErrorWithinSeconds() {
    try (Command launcher = launch()) {
      LinuxProcesses.signal("KILL", LinuxProcesses.of(runDir, TaskId.ps(0)));
      assertThat(launcher.awaitExit(SECONDS)).isEqualTo(1);
      assertThat(result().status()).isEqualTo(RunStatus.FAILED);
      assertThat(result().error()).contains("ps-0");
    }
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
    assertThat(result.error()).isNull();
    assertThat(result.globalSteps()).isPositive();
    assertThat(result.updatesLost()).isZero();
    assertThat(result.updatesDuplicated()).isZero();
    assertThat(runDir.resolve("model/weights.safetensors")).isNotEmptyFile();
    assertThat(
            runDir.resolve(
                "checkpoints/step-%09d/shard-0-of-1.safetensors".formatted(result.globalSteps())))
        .isNotEmptyFile();
  }

  private RunResult result() {
    return RunResult.read(new RunFolder(runDir).result());
  }
}
