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
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A run with real roles, one of which is stopped ({@code SIGSTOP}) in the middle. */
@EnabledOnOs(OS.LINUX)
final class StandingStillTest {
  private static final int STEPS = 3_000;
  private static final Duration SECONDS = Duration.ofSeconds(20);

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

  @Test
  void aServerThatStandsStillIsKilledAndStartedAgainAndTheBitsAreThoseOfAnUndisturbedRun() {
    String undisturbed = undisturbed();
    TaskId victim = TaskId.ps(1);
    try (Command launcher = launch(runDir)) {
      awaitSteps(launcher);
      LinuxProcesses.signal("STOP", LinuxProcesses.of(runDir, victim));
      assertThat(launcher.awaitExit()).as(launcher::said).isZero();
    }
    assertThat(launcherLog())
        .contains(
            "ps-1: silent for 2.0 s at ",
            " though its process is there: killed",
            "ps-1: killed by signal 9 at ",
            ", restarted as incarnation 1");
    checkEnd(undisturbed);
  }

  @Test
  void aWorkerThatStandsStillForLongerThanItsLeaseHarmsNothing() {
    String undisturbed = undisturbed();
    try (Command launcher = launch(runDir)) {
      awaitSteps(launcher);
      long worker = LinuxProcesses.of(runDir, TaskId.worker(1));
      LinuxProcesses.signal("STOP", worker);
      LockSupport.parkNanos(Duration.ofSeconds(4).toNanos());
      LinuxProcesses.signal("CONT", worker);
      assertThat(launcher.awaitExit()).as(launcher::said).isZero();
    }
    assertThat(launcherLog()).doesNotContain("silent", "killed");
    checkEnd(undisturbed);
  }

  private String undisturbed() {
    Path undisturbed = folder.resolve("undisturbed");
    try (Command launcher = launch(undisturbed)) {
      assertThat(launcher.awaitExit()).as(launcher::said).isZero();
    }
    return String.valueOf(RunResult.read(new RunFolder(undisturbed).result()).parametersSha256());
  }

  private static Command launch(Path runDir) {
    return Command.run(
        Repository.REFERENCE_JOB,
        runDir,
        "estimator.script_params.train_steps=" + STEPS,
        "estimator.parameter_server_count=2",
        "training.consistency=sync",
        "training.evaluate_every_steps=100");
  }

  /** The chief has evaluated: at least a hundred steps are done, and most are not. */
  private void awaitSteps(Command launcher) {
    Path metrics = runDir.resolve("metrics.jsonl");
    Await.until(
        "training is under way",
        Command.PATIENCE,
        () -> {
          assertThat(launcher.isAlive()).as(launcher::said).isTrue();
          return Files.exists(metrics) && metrics.toFile().length() > 0;
        });
  }

  private String launcherLog() {
    try {
      return Files.readString(runDir.resolve("launcher.log"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void checkEnd(String undisturbed) {
    RunResult result = RunResult.read(new RunFolder(runDir).result());
    assertThat(result.status()).as(result.toJson()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(result.updatesLost()).isZero();
    assertThat(result.updatesDuplicated()).isZero();
    assertThat(result.parametersSha256()).isEqualTo(undisturbed);
  }
}
