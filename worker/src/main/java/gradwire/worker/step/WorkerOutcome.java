package gradwire.worker.step;

import gradwire.run.Outcome;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How one worker's training ended.
 *
 * @param ending how: to the end, stopped before it, or left
 * @param globalSteps steps in the last weights it saw
 * @param counters what was done for the replicas that were its at the end
 * @param backend what computed the gradients
 * @param transport what carried the tensors; empty where it had no replica
 * @param bytesEachWay payload of one push, and of one pull
 * @param finalMetrics of the final weights; the chief's only, else empty
 * @param parametersSha256 of the final weights; the chief's only, else empty
 * @param targetStep the step whose evaluation first reached the job's target, if one did
 * @param targetAtEpochSeconds when that was known; NaN if it was not
 */
public record WorkerOutcome(
    Outcome ending,
    long globalSteps,
    WorkerCounters counters,
    String backend,
    String transport,
    long bytesEachWay,
    SortedMap<String, Double> finalMetrics,
    String parametersSha256,
    OptionalLong targetStep,
    double targetAtEpochSeconds) {
  public WorkerOutcome {
    finalMetrics = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(finalMetrics));
  }

  /** Whether it was asked to stop before the end. */
  public boolean stopped() {
    return ending == Outcome.STOPPED;
  }
}
