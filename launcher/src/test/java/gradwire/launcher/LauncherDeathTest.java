package gradwire.launcher;

import static gradwire.launcher.FakeRole.Behaviour.DEAF;
import static gradwire.launcher.FakeRole.Behaviour.SERVE;
import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
    launcher =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                FakeLauncher.class.getName(),
                root.toString())
            .inheritIO()
            .start();
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
    Processes.awaitGone("ps-0", pids.get(0), Duration.ofSeconds(10));
    Processes.awaitGone("worker-1", pids.get(2), Duration.ofSeconds(10));
    Processes.signal("-INT", launcher.pid());
    assertThat(launcher.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(launcher.exitValue()).isEqualTo(130);
    RunResult result = RunResult.read(folder.result());
    assertThat(result.status()).isEqualTo(RunStatus.STOPPED);
    assertThat(result.error()).isEqualTo("worker-0: killed at the second request to stop");
    pids.forEach(pid -> Processes.awaitGone("role", pid, Duration.ofSeconds(1)));
  }

  @Test
  void aFailedTaskEndsTheLauncherWithOneWithinSeconds() throws Exception {
    awaitStarted();
    Processes.signal("-TERM", Processes.awaitStarted(folder, FakeRun.SERVER));
    assertThat(launcher.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(launcher.exitValue()).isEqualTo(1);
    assertThat(RunResult.read(folder.result()).error()).startsWith("ps-0: killed by signal 15");
  }

  private List<Long> awaitStarted() {
    return TASKS.stream().map(task -> Processes.awaitStarted(folder, task)).toList();
  }
}
