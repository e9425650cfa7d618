package gradwire.membership;

/** When a replica may go from one worker to another. */
public enum Moves {
  /** Never: only its own worker, started again, goes on with it. */
  NEVER,
  /** When its worker is gone, and back when that returns. */
  WHEN_GONE,
  /** Also when a step then takes less time: each step waits for the slowest worker. */
  WHEN_SLOW
}
