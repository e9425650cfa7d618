package gradwire.config;

import gradwire.error.Expect;
import gradwire.update.OptimizerSpec;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the tasks train together; the {@code training:} block, key for key. Immutable.
 *
 * @param consistency how far workers may drift apart
 * @param seed of every random draw
 * @param wire codec of push and pull
 * @param checkpoint when servers save
 * @param stopAt the target that ends training early, if any
 * @param evaluateEverySteps global steps between evaluations; 0: only at the end
 * @param optimizer replaces the one that the entry class asks for, if given
 * @param waitTimeoutSeconds how long a task waits for another before it gives up, from 1
 * @param leaseSeconds who was not heard for so long is taken for gone, from 0.2
 * @param transport how tensors get from task to task
 * @param tls whether what crosses a network is encrypted, with keys made for the run
 * @param trace whether the tasks record what they do when
 * @param replicas how many gradients are computed in parallel, by however many workers; empty: one
 *     for each worker
 * @param engine what computes the gradients of DL4J networks
 */
public record Training(
    Consistency consistency,
    long seed,
    WireFormat wire,
    CheckpointPlan checkpoint,
    Optional<StopAt> stopAt,
    long evaluateEverySteps,
    Optional<OptimizerSpec> optimizer,
    long waitTimeoutSeconds,
    double leaseSeconds,
    Transport transport,
    boolean tls,
    boolean trace,
    OptionalInt replicas,
    EngineChoice engine) {
  /** The only place these defaults are written. */
  public static final Training DEFAULT =
      new Training(
          new Consistency.Async(),
          42,
          WireFormat.FLOAT32,
          CheckpointPlan.DEFAULT,
          Optional.empty(),
          0,
          Optional.empty(),
          120,
          2,
          Transport.AUTO,
          false,
          false,
          OptionalInt.empty(),
          EngineChoice.AUTO);

  /** Shorter ones would take a garbage collection for a death. */
  public static final double LEAST_LEASE_SECONDS = 0.2;

  public static final double MOST_LEASE_SECONDS = 3_600;

  /** The default of {@code evaluate_every_steps} where {@code stop_at} is given. */
  public static final long DEFAULT_EVALUATE_EVERY_STEPS_WITH_STOP_AT = 200;

  public Training {
    Expect.that(
        replicas.orElse(1) >= 1,
        "training.replicas",
        "at least 1 replica",
        replicas.orElse(1),
        "leave it out for one a worker");
    Expect.that(
        evaluateEverySteps >= (stopAt.isPresent() ? 1 : 0),
        "training.evaluate_every_steps",
        stopAt.isPresent() ? "at least 1 step with stop_at" : "at least 0 steps",
        evaluateEverySteps,
        "try " + DEFAULT_EVALUATE_EVERY_STEPS_WITH_STOP_AT);
    Expect.that(
        waitTimeoutSeconds >= 1,
        "training.wait_timeout_seconds",
        "at least 1 second",
        waitTimeoutSeconds,
        "try 120");
    Expect.that(
        leaseSeconds >= LEAST_LEASE_SECONDS && leaseSeconds <= MOST_LEASE_SECONDS,
        "training.lease_seconds",
        "0.2 to 3600 seconds",
        leaseSeconds,
        "try 2");
  }

  public long leaseMillis() {
    return Math.round(leaseSeconds * 1_000);
  }

  /** How many gradients are computed in parallel by {@code numWorkers}. */
  public int numReplicas(int numWorkers) {
    return replicas.orElse(numWorkers);
  }

  /** The same, saved as {@code plan} says. */
  public Training withCheckpoint(CheckpointPlan plan) {
    return new Training(
        consistency,
        seed,
        wire,
        plan,
        stopAt,
        evaluateEverySteps,
        optimizer,
        waitTimeoutSeconds,
        leaseSeconds,
        transport,
        tls,
        trace,
        replicas,
        engine);
  }

  /** The same with as many replicas as said. */
  Training withReplicas(int count) {
    return new Training(
        consistency,
        seed,
        wire,
        checkpoint,
        stopAt,
        evaluateEverySteps,
        optimizer,
        waitTimeoutSeconds,
        leaseSeconds,
        transport,
        tls,
        trace,
        OptionalInt.of(count),
        engine);
  }

  /**
   * Refuses a consistency that cannot be with these counts: backup gradients are backup workers',
   * so each worker must have one.
   */
  public void requireFits(Consistency consistency, int numWorkers) {
    boolean fits =
        !(consistency instanceof Consistency.Sync(var toAggregate))
            || toAggregate.isEmpty()
            || numReplicas(numWorkers) == numWorkers;
    Expect.that(
        fits,
        "training.replicas",
        "worker_count (" + numWorkers + ") with replicas_to_aggregate",
        numReplicas(numWorkers),
        "leave out either");
  }
}
