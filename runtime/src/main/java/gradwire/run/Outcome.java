package gradwire.run;

/** How a task ended, by its own account. */
public enum Outcome {
  /** Did all that the job asked of it. */
  SUCCEEDED,
  /** Gave up; the report says why. */
  FAILED,
  /** Ended early because it was asked to. */
  STOPPED,
  /** Ended early because it was asked to; the run goes on without it. */
  LEFT
}
