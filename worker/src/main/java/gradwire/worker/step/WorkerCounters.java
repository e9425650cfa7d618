package gradwire.worker.step;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What was done for the replicas that a worker had at the end, by whomever: theirs added up.
 *
 * @param replicas one ledger each; none where the worker had no replica
 */
public record WorkerCounters(List<StepCounters> replicas) {
  public WorkerCounters {
    replicas = List.copyOf(replicas);
  }

  private long sum(ToLongFunction<StepCounters> count) {
    return replicas.stream().mapToLong(count).sum();
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
    return replicas.stream().mapToDouble(StepCounters::firstStepAt).min().orElse(Double.NaN);
  }

  /** Epoch seconds at which the last step was done; NaN without a replica. */
  public double lastStepAt() {
    return replicas.stream().mapToDouble(StepCounters::lastStepAt).max().orElse(Double.NaN);
  }
}
