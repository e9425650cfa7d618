package gradwire.worker;

import gradwire.run.TaskReport;
import gradwire.run.TaskResult;
import gradwire.transport.ShardConnection;
import gradwire.worker.step.WorkerCounters;
import gradwire.worker.step.WorkerOutcome;
import gradwire.worker.step.WorkerRun;
import gradwire.worker.step.WorkerSetup;
import java.time.InstantSource;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** One worker, wherever it runs: trains, then tells what it did in a report's words. */
public final class WorkerTask {
  private final WorkerRun run;

  /**
   * @param connect opens a line to every server, in task order
   */
  public WorkerTask(WorkerSetup setup, Supplier<List<ShardConnection>> connect) {
    this.run = new WorkerRun(setup, connect, InstantSource.system());
  }

  /** See {@link WorkerRun#requestStop}. */
  public void requestStop() {
    run.requestStop();
  }

  /** See {@link WorkerRun#requestLeave}. */
  public boolean requestLeave() {
    return run.requestLeave();
  }

  /** Trains to the end. */
  public TaskResult run() {
    WorkerOutcome outcome = run.run();
    return new TaskResult(outcome.ending(), counters(outcome), facts(outcome));
  }

  private static SortedMap<String, Double> counters(WorkerOutcome outcome) {
    WorkerCounters steps = outcome.counters();
    long pushes = steps.applied() + steps.dropped();
    SortedMap<String, Double> counters = new TreeMap<>();
    counters.put(TaskReport.UPDATES_ATTEMPTED, (double) steps.attempted());
    counters.put(TaskReport.UPDATES_ACKNOWLEDGED, (double) steps.applied());
    counters.put(TaskReport.UPDATES_DROPPED, (double) steps.dropped());
    steps
        .replicas()
        .forEach(
            (replica, turn) -> {
              counters.put(
                  TaskReport.perReplica(replica, TaskReport.TURN), (double) turn.incarnation());
              counters.put(
                  TaskReport.perReplica(replica, TaskReport.UPDATES_ACKNOWLEDGED),
                  (double) turn.counters().applied());
            });
    counters.put(TaskReport.SAMPLES, (double) steps.samples());
    counters.put(TaskReport.BYTES_PUSHED, (double) pushes * outcome.bytesEachWay());
    counters.put(
        TaskReport.BYTES_PULLED,
        (double) (pushes + steps.replicas().size()) * outcome.bytesEachWay());
    if (!steps.replicas().isEmpty()) {
      counters.put(TaskReport.FIRST_STEP_AT, steps.firstStepAt());
      counters.put(TaskReport.LAST_STEP_AT, steps.lastStepAt());
    }
    counters.put(TaskReport.GLOBAL_STEPS, (double) outcome.globalSteps());
    outcome
        .finalMetrics()
        .forEach((name, value) -> counters.put(TaskReport.METRIC_PREFIX + name, value));
    outcome
        .targetStep()
        .ifPresent(
            step -> {
              counters.put(TaskReport.TIME_TO_TARGET_STEP, (double) step);
              counters.put(TaskReport.TIME_TO_TARGET_AT, outcome.targetAtEpochSeconds());
            });
    return counters;
  }

  private static SortedMap<String, String> facts(WorkerOutcome outcome) {
    SortedMap<String, String> facts = new TreeMap<>();
    facts.put(TaskReport.BACKEND, outcome.backend());
    if (!outcome.transport().isEmpty()) {
      facts.put(TaskReport.TRANSPORT, outcome.transport());
    }
    if (!outcome.parametersSha256().isEmpty()) {
      facts.put(TaskReport.PARAMETERS_SHA256, outcome.parametersSha256());
    }
    return facts;
  }
}
