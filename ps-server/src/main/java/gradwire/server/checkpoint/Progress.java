package gradwire.server.checkpoint;

import gradwire.transport.Outcome;

/**
 * Where a replica stands on one shard: its data position, and what must not be applied again.
 *
 * @param sequence its last push that is applied or dropped; its next batch has this index
 * @param outcome what became of that one
 * @param applied pushes of it that are in the weights
 * @param dropped pushes of it that came too late
 */
public record Progress(long sequence, Outcome outcome, long applied, long dropped) {
  /** One more push of it is in the weights. */
  public Progress appliedOne() {
    return new Progress(sequence + 1, Outcome.APPLIED, applied + 1, dropped);
  }
}
