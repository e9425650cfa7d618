package gradwire.launcher;

import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.run.RunAccount;
import gradwire.run.RunEnding;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import gradwire.run.TaskReport;
import gradwire.trace.TraceFolder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The {@code local} compute target: every task a child JVM. Starts servers, then workers; the first
 * that fails ends the run; whatever happens, no child outlives the launcher and {@code result.json}
 * is written. One thread.
 */
public final class LocalLauncher {
  private static final Duration TICK = Duration.ofMillis(200);
  private static final int EXIT_INTERRUPTED = 130;

  private final LocalRun run;
  private final RunControl control;
  private final Patience patience;
  private final Runnable onTick;
  private final InstantSource clock;

  /**
   * @param control how to stop the run from another thread
   * @param onTick called about five times a second, on the launcher's thread: shows progress
   */
  public LocalLauncher(
      LocalRun run, RunControl control, Patience patience, Runnable onTick, InstantSource clock) {
    this.run = run;
    this.control = control;
    this.patience = patience;
    this.onTick = onTick;
    this.clock = clock;
  }

  /** Runs to the end, whichever; blocks. The result is in the run folder, too. */
  public RunResult awaitResult() {
    try (LauncherPid pid = LauncherPid.claim(run.folder());
        Fleet fleet = new Fleet(run, control)) {
      Ending ending = awaitEnding(fleet);
      fleet.close();
      new TraceFolder(run.folder()).merge(run.tasks());
      RunResult result = account(fleet, ending).result();
      result.write(run.folder().result());
      return result;
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
    int numRunning = fleet.roles().size();
    while (numRunning > 0) {
      onTick.run();
      switch (control.awaitEvent(TICK).orElse(null)) {
        case RunControl.Event.Ended(RoleProcess role) when wasInterrupted(role) -> {
          return stop(fleet);
        }
        case RunControl.Event.Ended(RoleProcess role) -> {
          Optional<String> failure = RoleFailure.of(role, run.folder());
          if (failure.isPresent()) {
            end(fleet, patience.afterFailure());
            return new Ending(
                RunStatus.FAILED, RoleFailure.describeCause(role, fleet.roles(), run.folder()));
          }
          numRunning--;
        }
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

  /** Ctrl-C reached a role that was too young to be deaf to it: the launcher's own is near. */
  private static boolean wasInterrupted(RoleProcess role) {
    return role.exitCode() == EXIT_INTERRUPTED;
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
    return new Ending(RunStatus.STOPPED, late != null ? late : firstBadEnd(fleet));
  }

  /** A task that was asked to save and end, and failed in that; null if all is well. */
  private @Nullable String firstBadEnd(Fleet fleet) {
    return fleet.roles().stream()
        .filter(role -> role.exitCode() != 0 && !wasInterrupted(role))
        .map(role -> RoleFailure.describe(role, run.folder()))
        .findFirst()
        .orElse(null);
  }

  /**
   * Asks all children to stop, waits, kills the rest.
   *
   * @return who had to be killed, in words; null if all ended by themselves
   */
  private @Nullable String end(Fleet fleet, Duration grace) {
    fleet.askToStop();
    long deadlineNanos = System.nanoTime() + grace.toNanos();
    while (fleet.anyAlive() && !control.killAsked() && System.nanoTime() < deadlineNanos) {
      onTick.run();
      control.awaitEvent(TICK);
    }
    List<RoleProcess> alive = fleet.alive();
    fleet.close();
    String late =
        alive.stream()
            .filter(RoleProcess::hadToBeKilled)
            .map(role -> role.task().name())
            .collect(Collectors.joining(", "));
    if (late.isEmpty()) {
      return null;
    }
    return control.killAsked()
        ? late + ": killed at the second request to stop"
        : late + ": killed, as " + grace.toSeconds() + " s after the request to stop it still ran";
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
