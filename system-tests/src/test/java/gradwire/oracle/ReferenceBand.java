package gradwire.oracle;

import gradwire.oracle.MnistReference.Consistency;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/**
 * What the validation sum of the reference job may be: the reference's own results over many seeds.
 * Immutable.
 *
 * @param steps global steps trained
 * @param stddev of the sample (n - 1)
 * @param values one validation sum (over 5,000 images) per seed 0, 1, ...
 */
public record ReferenceBand(
    Consistency consistency,
    int numWorkers,
    int steps,
    int n,
    double mean,
    double stddev,
    double min,
    double max,
    List<Double> values) {
  private static final double NUM_STDDEVS = 4;

  static ReferenceBand of(Consistency consistency, int numWorkers, int steps, List<Double> values) {
    DoubleSummaryStatistics s =
        values.stream().mapToDouble(Double::doubleValue).summaryStatistics();
    double mean = s.getAverage();
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    double stddev = Math.sqrt(squares / (values.size() - 1));
    return new ReferenceBand(
        consistency,
        numWorkers,
        steps,
        values.size(),
        mean,
        stddev,
        s.getMin(),
        s.getMax(),
        List.copyOf(values));
  }

  /** Mean - 4 stddev, or the smallest value where that is less. */
  public double low() {
    return Math.min(min, mean - NUM_STDDEVS * stddev);
  }

  /** Mean + 4 stddev, or the largest value where that is more. */
  public double high() {
    return Math.max(max, mean + NUM_STDDEVS * stddev);
  }

  /** Whether {@code validationSum} is one that the reference job could have given. */
  public boolean contains(double validationSum) {
    return low() <= validationSum && validationSum <= high();
  }
}
