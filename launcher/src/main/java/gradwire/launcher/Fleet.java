package gradwire.launcher;

import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All child processes of one run. One thread, but for {@link #kill}, which any may call. */
final class Fleet implements AutoCloseable {
  private static final Duration KILL_GRACE = Duration.ofSeconds(5);
  private static final int FIRST_INCARNATION = 0;

  private final List<RoleProcess> roles = new ArrayList<>();
  private final LocalRun run;
  private final RunControl control;

  Fleet(LocalRun run, RunControl control) {
    this.run = run;
    this.control = control;
  }

  /**
   * Starts servers, then workers; the tasks find each other through the run folder.
   *
   * @throws GradwireException if the system refuses a process; {@link #close} ends the others
   */
  void start() {
    for (TaskId task : run.tasks()) {
      run.folder().forget(task);
      roles.add(RoleProcess.start(run, task, FIRST_INCARNATION, control::ended));
    }
  }

  boolean anyAlive() {
    return roles.stream().anyMatch(RoleProcess::isAlive);
  }

  List<RoleProcess> alive() {
    return roles.stream().filter(RoleProcess::isAlive).toList();
  }

  List<RoleProcess> roles() {
    return List.copyOf(roles);
  }

  void askToStop() {
    alive().forEach(RoleProcess::askToStop);
  }

  void kill() {
    alive().forEach(RoleProcess::kill);
  }

  /** Whatever happened: no child outlives this. */
  @Override
  public void close() {
    kill();
    long deadlineNanos = System.nanoTime() + KILL_GRACE.toNanos();
    while (anyAlive() && System.nanoTime() < deadlineNanos) {
      control.awaitEvent(Duration.ofMillis(50));
    }
  }
}
