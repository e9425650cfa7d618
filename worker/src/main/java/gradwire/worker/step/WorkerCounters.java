package gradwire.worker.step;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * What was done for the replicas that a worker had at the end, by whomever: theirs added up.
 *
 * @param replicas by replica; none where the worker had no replica
 */
public record WorkerCounters(SortedMap<Integer, Turn> replicas) {
  /**
   * An owner's turn at a replica.
   *
   * @param incarnation the n-th owner's, from 0
   * @param counters what all owners up to this one did
   */
  public record Turn(int incarnation, StepCounters counters) {}

  public WorkerCounters {
    replicas = Collections.unmodifiableSortedMap(new TreeMap<>(replicas));
  }

  private Stream<StepCounters> all() {
    return replicas.values().stream().map(Turn::counters);
  }

  private long sum(ToLongFunction<StepCounters> count) {
    return all().mapToLong(count).sum();
  }

  /** Pushes that were sent. */
  public long attempted() {
    return sum(StepCounters::attempted);
  }

  /** Examples whose gradients were pushed. */
  public long samples() {
    return sum(StepCounters::samples);
  }

  /** Pushes that the servers said are in the weights. */
  public long applied() {
    return sum(StepCounters::applied);
  }

  /** Pushes that the servers said came too late. */
  public long dropped() {
    return sum(StepCounters::dropped);
  }

  /** Epoch seconds at which the first step began; NaN without a replica. */
  public double firstStepAt() {
    return all().mapToDouble(StepCounters::firstStepAt).min().orElse(Double.NaN);
  }

  /** Epoch seconds at which the last step was done; NaN without a replica. */
  public double lastStepAt() {
    return all().mapToDouble(StepCounters::lastStepAt).max().orElse(Double.NaN);
  }
}
