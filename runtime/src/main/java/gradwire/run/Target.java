package gradwire.run;

/**
 * What a run is to reach: the job file's {@code stop_at}.
 *
 * @param metric e.g. {@code test_accuracy}
 * @param value the run stops when the metric is at least as good
 */
public record Target(String metric, double value) {}
