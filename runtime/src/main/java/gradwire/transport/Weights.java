package gradwire.transport;

/**
 * What a server says along with its weights.
 *
 * @param outcome what became of the push that asked
 * @param step steps applied to these weights
 * @param lastStep the step at which the run ends, as known now
 */
public record Weights(Outcome outcome, long step, long lastStep) {
  /** Whether the run is over at these weights. */
  public boolean isLast() {
    return outcome == Outcome.FINISHED || step >= lastStep;
  }
}
