package gradwire.launcher;

import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.run.Restored;
import gradwire.run.RunAccount;
import gradwire.run.RunEnding;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import gradwire.run.TaskReport;
import gradwire.trace.TraceFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The {@code local} compute target: every task a child JVM. Starts servers, then workers; starts
 * one again that was killed; the first that fails by itself ends the run. When all workers have
 * ended well the servers are asked to end. Whatever happens, no child outlives the launcher and
 * {@code result.json} is written. In the folder of a run that was cut off it goes on with that run.
 * One thread.
 */
public final class LocalLauncher {
  private static final Duration TICK = Duration.ofMillis(200);
  private static final int EXIT_INTERRUPTED = 130;

  private final LocalRun run;
  private final RunControl control;
  private final Patience patience;
  private final RunObserver observer;
  private final InstantSource clock;
  private final RestartPolicy restarts = new RestartPolicy();
  private final LauncherLog log;
  private final Optional<Restoration> restoration;

  /**
   * A run that begins, or goes on with its state as it is.
   *
   * @param control how to stop the run from another thread
   */
  public LocalLauncher(
      LocalRun run,
      RunControl control,
      Patience patience,
      RunObserver observer,
      InstantSource clock) {
    this(run, Optional.empty(), control, patience, observer, clock);
  }

  /**
   * @param restoration what a run that is resumed goes on from
   */
  LocalLauncher(
      LocalRun run,
      Optional<Restoration> restoration,
      RunControl control,
      Patience patience,
      RunObserver observer,
      InstantSource clock) {
    this.run = run;
    this.restoration = restoration;
    this.control = control;
    this.patience = patience;
    this.observer = observer;
    this.clock = clock;
    this.log = new LauncherLog(run.folder(), clock);
  }

  /** Runs to the end, whichever; blocks. The result is in the run folder, too. */
  public RunResult awaitResult() {
    try (LauncherPid pid = LauncherPid.claim(run.folder())) {
      Optional<Restored> restored = prepare();
      Incarnations incarnations = Incarnations.of(run.folder());
      try (Fleet fleet = new Fleet(run, control, incarnations, clock, patience.silence())) {
        Ending ending = awaitEnding(fleet);
        fleet.close();
        new TraceFolder(run.folder()).merge(run.tasks());
        RunResult result = account(fleet, ending).result(latest(incarnations), restored);
        conclude(result);
        return result;
      }
    }
  }

  /**
   * Clears away what an earlier launcher of this run left, but for its state.
   *
   * @return the checkpoint that the state begins with, if any
   */
  private Optional<Restored> prepare() {
    boolean begins = restoration.isEmpty() && Incarnations.of(run.folder()).isEmpty();
    log.add(
        "%s by process %d: %d servers, %d workers"
            .formatted(
                begins ? "launched" : "resumed",
                ProcessHandle.current().pid(),
                run.numServers(),
                run.numWorkers()));
    OldRoles.awaitNone(run, OldRoles.GRACE)
        .forEach(task -> report(task + ": its process of an earlier launch had to be killed"));
    try {
      Files.deleteIfExists(run.folder().result());
    } catch (IOException e) {
      throw new GradwireException(
          run.folder().result() + ": expected to replace the earlier result, got " + e, e);
    }
    return restoration.isPresent()
        ? restoration.get().prepare(this::report)
        : Restored.find(run.folder().restored());
  }

  private void conclude(RunResult result) {
    result.write(run.folder().result());
    log.add(
        result.status().label()
            + " after "
            + secondsSinceLaunch()
            + (result.error() == null ? "" : ": " + result.error()));
    if (result.status() == RunStatus.SUCCEEDED) {
      run.folder().dropState();
    }
  }

  private record Ending(RunStatus status, @Nullable String error) {}

  private Ending awaitEnding(Fleet fleet) {
    try {
      fleet.start();
      return watch(fleet);
    } catch (GradwireException notStarted) {
      return new Ending(RunStatus.FAILED, notStarted.getMessage());
    }
  }

  private Ending watch(Fleet fleet) {
    while (!fleet.isDone()) {
      observer.tick();
      switch (control.awaitEvent(TICK).orElse(null)) {
        case RunControl.Event.Ended(RoleProcess role) -> {
          Ending ending = afterEndOf(role, fleet);
          if (ending != null) {
            return ending;
          }
        }
        case RunControl.Event.Silent(RoleProcess role) -> endStanding(role);
        case RunControl.Event.StopAsked() -> {
          return stop(fleet);
        }
        case null -> {
          if (timeIsUp()) {
            return giveUp(fleet);
          }
        }
      }
    }
    return new Ending(RunStatus.SUCCEEDED, null);
  }

  /** Null if the run goes on. */
  private @Nullable Ending afterEndOf(RoleProcess role, Fleet fleet) {
    if (RoleFailure.isSuccess(role, run.folder())) {
      fleet.noteDone(role.task());
      return fleet.haveAllWorkersLeft() ? abandoned(fleet) : null;
    }
    if (wasInterrupted(role)) {
      return stop(fleet);
    }
    if (!RoleFailure.isCutOff(role, run.folder())) {
      end(fleet, patience.afterFailure());
      return new Ending(
          RunStatus.FAILED, RoleFailure.describeCause(role, fleet.roles(), run.folder()));
    }
    if (!restarts.allowsAfter(role.task(), Duration.between(role.startedAt(), clock.instant()))) {
      end(fleet, patience.afterFailure());
      return new Ending(RunStatus.FAILED, givenUp(role));
    }
    restart(role, fleet);
    return null;
  }

  private Ending abandoned(Fleet fleet) {
    end(fleet, patience.afterFailure());
    return new Ending(
        RunStatus.FAILED,
        "run: expected workers until its end, but all have left it; go on with: gradwire resume "
            + run.folder().root());
  }

  /** It may be stopped, or hang; its end is then seen as any other. */
  private void endStanding(RoleProcess role) {
    if (role.isAlive()) {
      report(
          String.format(
              Locale.ROOT,
              "%s: silent for %.1f s at %s though its process is there: killed",
              role.task(),
              patience.silence().toMillis() / 1e3,
              secondsSinceLaunch()));
      role.kill();
    }
  }

  /** Ctrl-C reached a role that was too young to be deaf to it: the launcher's own is near. */
  private static boolean wasInterrupted(RoleProcess role) {
    return role.exitCode() == EXIT_INTERRUPTED;
  }

  private void restart(RoleProcess dead, Fleet fleet) {
    String diedAt = secondsSinceLaunch();
    RoleProcess next = fleet.restart(dead.task());
    report(
        "%s: killed by signal %d at %s, restarted as incarnation %d"
            .formatted(dead.task(), dead.signal(), diedAt, next.incarnation()));
  }

  private String givenUp(RoleProcess role) {
    return RoleFailure.describe(role, run.folder())
        + "; given up, as it died "
        + RestartPolicy.MAX_EARLY_DEATHS
        + " times in a row within "
        + RestartPolicy.EARLY.toSeconds()
        + " s of its start";
  }

  private void report(String line) {
    log.add(line);
    observer.news(line);
  }

  private String secondsSinceLaunch() {
    return String.format(
        Locale.ROOT,
        "%.1f s",
        Duration.between(run.launchedAt(), clock.instant()).toMillis() / 1e3);
  }

  private boolean timeIsUp() {
    return Duration.between(run.launchedAt(), clock.instant()).compareTo(run.maxRunDuration()) > 0;
  }

  private Ending giveUp(Fleet fleet) {
    String late = end(fleet, patience.afterStop());
    return new Ending(
        RunStatus.FAILED,
        "run: expected to end within maxRunDurationSeconds = "
            + run.maxRunDuration().toSeconds()
            + ", got no end; allow more time or fewer steps"
            + (late == null ? "" : " (" + late + ")"));
  }

  private Ending stop(Fleet fleet) {
    String late = end(fleet, patience.afterStop());
    if (late == null) {
      return new Ending(RunStatus.STOPPED, firstBadEnd(fleet.roles()));
    }
    List<RoleProcess> notKilled =
        fleet.roles().stream().filter(role -> !role.isAlive() && !role.wasKilled()).toList();
    String waitedFor = firstBadEnd(notKilled);
    return new Ending(RunStatus.STOPPED, waitedFor == null ? late : waitedFor + "; " + late);
  }

  /** A task that was asked to save and end, and failed in that; null if all is well. */
  private @Nullable String firstBadEnd(List<RoleProcess> roles) {
    return roles.stream()
        .filter(role -> role.exitCode() != 0 && !wasInterrupted(role))
        .map(role -> RoleFailure.describe(role, run.folder()))
        .findFirst()
        .orElse(null);
  }

  /**
   * Asks workers to stop, then servers, waits, kills the rest.
   *
   * @return who was asked and had to be killed, in words; null if all ended by themselves
   */
  private @Nullable String end(Fleet fleet, Duration grace) {
    fleet.askToStop();
    long deadlineNanos = System.nanoTime() + grace.toNanos();
    while (fleet.anyAlive() && !control.killAsked() && System.nanoTime() < deadlineNanos) {
      observer.tick();
      control.awaitEvent(TICK);
      fleet.askServersAfterWorkers();
    }
    List<RoleProcess> alive = fleet.alive();
    fleet.close();
    String late =
        alive.stream()
            .filter(RoleProcess::ignoredStop)
            .map(role -> role.task().name())
            .collect(Collectors.joining(", "));
    if (late.isEmpty()) {
      return null;
    }
    return control.killAsked()
        ? late + ": killed at the second request to stop"
        : late + ": killed, as " + grace.toSeconds() + " s after the request to stop it still ran";
  }

  private Map<TaskId, Integer> latest(Incarnations incarnations) {
    return run.tasks().stream().collect(Collectors.toMap(task -> task, incarnations::latest));
  }

  private RunAccount account(Fleet fleet, Ending ending) {
    Map<TaskId, TaskReport> reports = new HashMap<>();
    for (RoleProcess role : fleet.roles()) {
      RoleFailure.report(role, run.folder()).ifPresent(report -> reports.put(role.task(), report));
    }
    return new RunAccount(
        new RunEnding(ending.status(), ending.error(), run.launchedAt(), clock.instant()),
        run.target(),
        run.tasks(),
        reports);
  }
}
