package gradwire.config;

import gradwire.error.Expect;

/**
 * When servers save. Immutable.
 *
 * @param everySteps global steps between checkpoints; 0: only the final one
 * @param keep how many checkpoints stay on disk, from 1
 */
public record CheckpointPlan(long everySteps, int keep) {
  /** The only place these defaults are written. */
  public static final CheckpointPlan DEFAULT = new CheckpointPlan(0, 3);

  public CheckpointPlan {
    Expect.that(
        everySteps >= 0,
        "training.checkpoint.every_steps",
        "at least 0 steps",
        everySteps,
        "0 saves only at the end");
    Expect.that(keep >= 1, "training.checkpoint.keep", "at least 1 checkpoint", keep, "try 3");
  }
}
