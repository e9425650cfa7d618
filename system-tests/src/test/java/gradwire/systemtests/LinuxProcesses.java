package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The processes of a run, as the kernel lists them. */
final class LinuxProcesses {
  private LinuxProcesses() {}

  /** Process ids of a run's roles; ended ones that nobody has collected yet do not count. */
  static List<Long> ofRun(Path runDir) {
    return running("--run_folder=" + runDir.toAbsolutePath());
  }

  static long of(Path runDir, TaskId task) {
    return running(
            "--run_folder=" + runDir.toAbsolutePath(),
            "--job_name=" + task.role().jobName(),
            "--task_index=" + task.index())
        .getFirst();
  }

  static void awaitNoneOf(Path runDir, Duration limit) {
    Await.until("no process of " + runDir, limit, () -> ofRun(runDir).isEmpty());
  }

  static void signal(String name, long pid) {
    try {
      int exitCode = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
      assertThat(exitCode).as("kill -" + name).isZero();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Long> running(String... words) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> commandLine(pid).containsAll(List.of(words)))
        .toList();
  }

  /** Empty for a process that has ended, collected or not. */
  private static List<String> commandLine(long pid) {
    try {
      return List.of(Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0"));
    } catch (IOException gone) {
      return List.of();
    }
  }
}
