package gradwire.config;

import gradwire.error.Expect;

/**
 * The target that ends training early. Immutable.
 *
 * @param metric e.g. {@code test_accuracy}
 * @param value finite, in the metric's own unit
 */
public record StopAt(String metric, double value) {
  public StopAt {
    Expect.that(
        !metric.isBlank(), "training.stop_at.metric", "a metric", "none", "try test_accuracy");
    Expect.that(
        Double.isFinite(value), "training.stop_at.value", "a finite number", value, "try 0.97");
  }

  /**
   * Whether a measured value is good enough. Losses and cross entropies must fall to the target,
   * every other metric must rise to it; not-a-number never reaches it.
   */
  public boolean reachedBy(double measured) {
    return fallsToTarget() ? measured <= value : measured >= value;
  }

  private boolean fallsToTarget() {
    return metric.contains("loss") || metric.contains("cross_entropy");
  }
}
