package gradwire.launcher;

import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Tasks of a launcher that has died: they end by themselves when they see it gone, but for one that
 * is stopped ({@code SIGSTOP}) or hangs.
 */
final class OldRoles {
  /** How long one may take to end by itself; then it is killed. */
  static final Duration GRACE = Duration.ofSeconds(5);

  private static final Duration KILL_GRACE = Duration.ofSeconds(5);
  private static final long POLL_NANOS = Duration.ofMillis(10).toNanos();

  private OldRoles() {}

  /**
   * Waits until none of {@code run}'s tasks runs any more.
   *
   * @return the tasks that had to be killed
   * @throws GradwireException if one survives even that
   */
  static List<TaskId> awaitNone(LocalRun run, Duration grace) {
    awaitNoneWithin(run, grace);
    List<TaskId> survivors = running(run);
    survivors.forEach(task -> find(run, task).ifPresent(ProcessHandle::destroyForcibly));
    awaitNoneWithin(run, KILL_GRACE);
    running(run)
        .forEach(
            task -> {
              throw new GradwireException(
                  task
                      + ": expected the process of an earlier start to end, got it still running"
                      + " after kill -9; see process "
                      + find(run, task).map(ProcessHandle::pid).orElse(0L));
            });
    return survivors;
  }

  private static void awaitNoneWithin(LocalRun run, Duration limit) {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    while (!running(run).isEmpty() && System.nanoTime() < deadlineNanos) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static List<TaskId> running(LocalRun run) {
    return run.tasks().stream().filter(task -> find(run, task).isPresent()).toList();
  }

  private static Optional<ProcessHandle> find(LocalRun run, TaskId task) {
    return ProcessFile.findRunning(run.folder().pid(task));
  }
}
