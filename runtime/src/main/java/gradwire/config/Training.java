package gradwire.config;

import gradwire.error.Expect;
import gradwire.update.OptimizerSpec;
import java.util.Optional;

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
 * @param transport how tensors get from task to task
 * @param tls whether what crosses a network is encrypted, with keys made for the run
 * @param trace whether the tasks record what they do when
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
    Transport transport,
    boolean tls,
    boolean trace) {
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
          Transport.AUTO,
          false,
          false);

  /** The default of {@code evaluate_every_steps} where {@code stop_at} is given. */
  public static final long DEFAULT_EVALUATE_EVERY_STEPS_WITH_STOP_AT = 200;

  public Training {
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
  }
}
