package gradwire.launcher;

import gradwire.cluster.Role;
import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.run.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All child processes of one run: of each task the latest. One thread. */
final class Fleet implements AutoCloseable {
  private static final Duration KILL_GRACE = Duration.ofSeconds(5);

  private final Map<TaskId, RoleProcess> roles = new LinkedHashMap<>();
  private final Set<TaskId> done = new HashSet<>();
  private final LocalRun run;
  private final RunControl control;
  private final Incarnations incarnations;
  private final InstantSource clock;
  private final ServerWatch watch;

  /**
   * @param silence a server that has answered and then does not for so long stands still
   */
  Fleet(
      LocalRun run,
      RunControl control,
      Incarnations incarnations,
      InstantSource clock,
      Duration silence) {
    this.run = run;
    this.control = control;
    this.incarnations = incarnations;
    this.clock = clock;
    this.watch = new ServerWatch(run.folder(), silence, control::silent);
  }

  /**
   * Starts servers, then workers; the tasks find each other through the run folder.
   *
   * @throws GradwireException if the system refuses a process; {@link #close} ends the others
   */
  void start() {
    incarnations.advance(run.tasks());
    run.tasks().forEach(task -> run.folder().forget(task));
    run.tasks().forEach(this::startLatest);
  }

  /**
   * Starts a task again whose process has ended.
   *
   * @return the new process
   * @throws GradwireException if the system refuses it
   */
  RoleProcess restart(TaskId task) {
    incarnations.advance(List.of(task));
    run.folder().forget(task);
    RoleProcess role = startLatest(task);
    if (task.role() == Role.PS && allWorkersDone()) {
      role.askToStop();
    }
    return role;
  }

  private RoleProcess startLatest(TaskId task) {
    RoleProcess role =
        RoleProcess.start(run, task, incarnations.latest(task), clock.instant(), control::ended);
    roles.put(task, role);
    writePid(role);
    if (task.role() == Role.PS) {
      watch.add(role);
    }
    return role;
  }

  private void writePid(RoleProcess role) {
    try {
      Files.createDirectories(run.folder().pid(role.task()).resolveSibling(""));
      Files.writeString(run.folder().pid(role.task()), ProcessFile.line(role.handle()));
    } catch (IOException e) {
      throw new GradwireException(
          run.folder().pid(role.task()) + ": expected to write the file, got " + e, e);
    }
  }

  /** A task has done all of its work; after the last worker the servers are asked to end. */
  void noteDone(TaskId task) {
    done.add(task);
    if (task.role() == Role.WORKER && allWorkersDone()) {
      askToStop();
    }
  }

  boolean isDone() {
    return done.containsAll(run.tasks());
  }

  /** Whether all workers are done because they were asked to leave: nobody is there to go on. */
  boolean haveAllWorkersLeft() {
    return allWorkersDone()
        && roles.values().stream()
            .filter(role -> role.task().role() == Role.WORKER)
            .map(role -> RoleFailure.report(role, run.folder()))
            .allMatch(report -> report.map(it -> it.outcome() == Outcome.LEFT).orElse(false));
  }

  private boolean allWorkersDone() {
    return run.tasks().stream().filter(task -> task.role() == Role.WORKER).allMatch(done::contains);
  }

  boolean anyAlive() {
    return roles.values().stream().anyMatch(RoleProcess::isAlive);
  }

  List<RoleProcess> alive() {
    return roles.values().stream().filter(RoleProcess::isAlive).toList();
  }

  /** The latest process of each task that was started. */
  List<RoleProcess> roles() {
    return List.copyOf(roles.values());
  }

  void askToStop() {
    watch.close();
    askToStop(Role.WORKER);
    askServersAfterWorkers();
  }

  /**
   * Servers may end when no worker is there any more, not before: one that has only just started,
   * and has no replica, learns from them that all is done.
   */
  void askServersAfterWorkers() {
    if (alive().stream().noneMatch(role -> role.task().role() == Role.WORKER)) {
      askToStop(Role.PS);
    }
  }

  private void askToStop(Role role) {
    alive().stream().filter(it -> it.task().role() == role).forEach(RoleProcess::askToStop);
  }

  /** Whatever happened: no child outlives this. */
  @Override
  public void close() {
    watch.close();
    alive().forEach(RoleProcess::kill);
    long deadlineNanos = System.nanoTime() + KILL_GRACE.toNanos();
    while (anyAlive() && System.nanoTime() < deadlineNanos) {
      control.awaitEvent(Duration.ofMillis(50));
    }
  }
}
