package gradwire.config;

import gradwire.error.Expect;
import java.util.OptionalInt;

/** How far workers may drift apart. Closed: a new form must face every switch. */
public sealed interface Consistency {
  /** Each gradient is applied as it comes. */
  record Async() implements Consistency {}

  /**
   * A step averages the replicas' gradients.
   *
   * @param replicasToAggregate how many a step waits for, from 1; empty: all
   */
  record Sync(OptionalInt replicasToAggregate) implements Consistency {
    public Sync {
      Expect.that(
          replicasToAggregate.orElse(1) >= 1,
          "training.consistency.sync.replicas_to_aggregate",
          "at least 1 replica",
          replicasToAggregate.orElse(1),
          "leave it out to wait for all");
    }
  }

  /**
   * As async, but no worker runs ahead of the slowest by more than a bound.
   *
   * @param maxLagSteps from 0
   */
  record Ssp(int maxLagSteps) implements Consistency {
    public Ssp {
      Expect.that(
          maxLagSteps >= 0, "training.consistency.ssp", "at least 0 steps", maxLagSteps, "try 3");
    }
  }

  /** As the job file says it, e.g. <code>{ssp: 3}</code>. */
  default String text() {
    return switch (this) {
      case Async() -> "async";
      case Sync(OptionalInt replicas) when replicas.isPresent() ->
          "{sync: {replicas_to_aggregate: " + replicas.getAsInt() + "}}";
      case Sync ignored -> "sync";
      case Ssp(int maxLagSteps) -> "{ssp: " + maxLagSteps + "}";
    };
  }
}
