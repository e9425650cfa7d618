package gradwire.launcher;

import static gradwire.launcher.FakeRole.Behaviour.DEAF;
import static gradwire.launcher.FakeRole.Behaviour.SERVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.cluster.TaskId;
import gradwire.error.UsageException;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher as a process that is killed, interrupted, terminated. */
@EnabledOnOs(OS.LINUX)
final class LauncherDeathTest {
  private static final List<TaskId> TASKS = List.of(FakeRun.SERVER, FakeRun.CHIEF, FakeRun.OTHER);

  @TempDir Path root;
  private RunFolder folder;
  private Process launcher;

  @BeforeEach
  void launch() throws IOException {
    folder = FakeRun.of(root, SERVE, DEAF, SERVE).folder();
    launcher = FakeLauncher.start(root);
  }

  @AfterEach
  void end() {
    launcher.destroyForcibly();
  }

  @Test
  void killingTheLauncherEndsEveryRoleWithinTwoSeconds() throws Exception {
    List<Long> pids = awaitStarted();
    assertThat(LauncherPid.findLauncher(folder)).map(ProcessHandle::pid).contains(launcher.pid());
    Processes.signal("-KILL", launcher.pid());
    pids.forEach(pid -> Processes.awaitGone("role", pid, Duration.ofSeconds(2)));
    assertThat(launcher.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(LauncherPid.findLauncher(folder)).isEmpty();
    assertThat(folder.log(FakeRun.CHIEF)).content().contains("the launcher is gone");
  }

  @Test
  void theSecondInterruptEndsARunThatWillNotStopAndRolesAreDeafToTheirOwn() throws Exception {
    List<Long> pids = awaitStarted();
    for (long pid : pids) {
      Processes.signal("-INT", pid);
    }
    Processes.signal("-INT", launcher.pid());
    Processes.awaitGone("worker-1", pids.get(2), Duration.ofSeconds(10));
    assertThat(Processes.isRunning(pids.get(0))).as("ps-0 is there for worker-0").isTrue();
    Processes.signal("-INT", launcher.pid());
    assertThat(launcher.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(launcher.exitValue()).isEqualTo(130);
    RunResult result = RunResult.read(folder.result());
    assertThat(result.status()).isEqualTo(RunStatus.STOPPED);
    assertThat(result.error()).isEqualTo("worker-0: killed at the second request to stop");
    pids.forEach(pid -> Processes.awaitGone("role", pid, Duration.ofSeconds(1)));
  }

  @Test
  void anotherLauncherGoesOnWhenTheOldRolesAreGoneEvenAStoppedOne() throws Exception {
    List<Long> pids = awaitStarted();
    Processes.signal("-STOP", pids.get(1));
    Processes.signal("-KILL", launcher.pid());
    assertThat(launcher.waitFor(5, TimeUnit.SECONDS)).isTrue();
    launcher = FakeLauncher.start(root);
    for (int i = 0; i < TASKS.size(); i++) {
      Processes.awaitRestarted(folder, TASKS.get(i), pids.get(i));
    }
    pids.forEach(pid -> Processes.awaitGone("old role", pid, Duration.ofSeconds(1)));
    assertThat(folder.root().resolve("launcher.log"))
        .content()
        .contains("launched by process ", "resumed by process ")
        .contains("worker-0: its process of an earlier launch had to be killed")
        .doesNotContain("ps-0: its process");
    Processes.signal("-INT", launcher.pid());
    Processes.signal("-INT", launcher.pid());
    assertThat(launcher.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(RunResult.read(folder.result()).tasks())
        .extracting(RunResult.TaskUsage::incarnations)
        .containsExactly(2, 2, 2);
  }

  @Test
  void aSecondLauncherInTheSameFolderIsRefused() throws Exception {
    awaitStarted();
    LocalLauncher second =
        new LocalLauncher(
            FakeRun.prepared(folder, Duration.ofMinutes(1)),
            new RunControl(),
            Patience.DEFAULT,
            () -> {},
            InstantSource.system());
    assertThatThrownBy(second::awaitResult)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("expected no other launcher at work here, got process ");
  }

  private List<Long> awaitStarted() {
    return TASKS.stream().map(task -> Processes.awaitStarted(folder, task)).toList();
  }
}
