package gradwire.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import gradwire.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Bounded waits for things that other processes do. */
final class Processes {
  private static final Duration STARTED_WITHIN = Duration.ofSeconds(30);

  private Processes() {}

  /** The process id of a role that is up and watches its standard input. */
  static long awaitStarted(RunFolder folder, TaskId task) {
    await(task + " started", STARTED_WITHIN, () -> folder.readAddress(task).isPresent());
    return Long.parseLong(folder.readAddress(task).orElseThrow());
  }

  /** The process id of the next start of a role that {@code before} was the process of. */
  static long awaitRestarted(RunFolder folder, TaskId task, long before) {
    String old = String.valueOf(before);
    await(
        task + " restarted",
        STARTED_WITHIN,
        () -> folder.readAddress(task).filter(pid -> !pid.equals(old)).isPresent());
    return Long.parseLong(folder.readAddress(task).orElseThrow());
  }

  static void awaitGone(String what, long pid, Duration limit) {
    await(what + " gone", limit, () -> !isRunning(pid));
  }

  static void await(String what, Duration limit, BooleanSupplier condition) {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what + " within " + limit).isLessThan(deadlineNanos);
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  static void signal(String signal, long pid) throws IOException, InterruptedException {
    int exitCode = new ProcessBuilder("kill", signal, String.valueOf(pid)).start().waitFor();
    assertThat(exitCode).as("kill " + signal).isZero();
  }

  /** A process that has ended but that nobody has collected yet does not run. */
  static boolean isRunning(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException gone) {
      return false;
    }
  }
}
