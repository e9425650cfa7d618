package gradwire.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.run.Supervision;
import java.io.IOException;
import java.time.Instant;
import java.util.function.Consumer;

/** One child JVM and the launcher's end of its rope. Thread-safe. */
final class RoleProcess {
  private static final int SIGNAL_BASE = 128;
  private static final int EXIT_KILLED = SIGNAL_BASE + 9;

  private final TaskId task;
  private final int incarnation;
  private final Instant startedAt;
  private final Process process;
  private volatile boolean stopAsked;

  private RoleProcess(TaskId task, int incarnation, Instant startedAt, Process process) {
    this.task = task;
    this.incarnation = incarnation;
    this.startedAt = startedAt;
    this.process = process;
  }

  /**
   * Starts {@code task}.
   *
   * @param onExit called once, on a thread of the JDK's, when the process has ended
   */
  static RoleProcess start(
      LocalRun run, TaskId task, int incarnation, Instant startedAt, Consumer<RoleProcess> onExit) {
    try {
      Process process = RoleCommand.of(run, task, incarnation).start();
      RoleProcess role = new RoleProcess(task, incarnation, startedAt, process);
      process.onExit().thenAccept(ended -> onExit.accept(role));
      return role;
    } catch (IOException e) {
      throw new GradwireException(
          task
              + ": expected to start a Java process, got "
              + e.getMessage()
              + "; free memory or processes, or try fewer workers",
          e);
    }
  }

  TaskId task() {
    return task;
  }

  int incarnation() {
    return incarnation;
  }

  Instant startedAt() {
    return startedAt;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Only once it has ended; 128 + n if signal n ended it. */
  int exitCode() {
    return process.exitValue();
  }

  /** Only once it has ended: whether a signal ended it, not its own doing. */
  boolean wasKilled() {
    return exitCode() > SIGNAL_BASE;
  }

  /** Only once it has ended, and was killed. */
  int signal() {
    return exitCode() - SIGNAL_BASE;
  }

  /**
   * After {@link #kill}: whether that ended it though it had been asked to stop, not an exit of its
   * own a moment before.
   */
  boolean ignoredStop() {
    return stopAsked && (isAlive() || exitCode() == EXIT_KILLED);
  }

  /** Asks for a graceful end, once; a process that is gone already has no need of it. */
  void askToStop() {
    if (stopAsked) {
      return;
    }
    stopAsked = true;
    try {
      process.getOutputStream().write((Supervision.STOP + "\n").getBytes(UTF_8));
      process.getOutputStream().flush();
    } catch (IOException gone) {
      // It ended in this moment; its exit is reported like any other.
    }
  }

  /** As {@code kill -9}; returns at once. */
  void kill() {
    process.destroyForcibly();
  }
}
