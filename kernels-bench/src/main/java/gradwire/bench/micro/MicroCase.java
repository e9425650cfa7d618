package gradwire.bench.micro;

import java.util.Map;

/**
 * One row of a benchmark of one process.
 *
 * @param name the row's
 * @param direction what is done: {@code write}, {@code apply}, ...
 * @param numThreads how many threads do it
 * @param subject what is measured
 * @param limit what it is held against
 * @param limitLabel what the table calls that
 * @param bytes payload of one operation; 0 where the benchmark counts {@code gigabytes} itself
 * @param memoryBytes what it takes, roughly
 * @param isRepresentative whether it is measured by default
 */
public record MicroCase(
    String name,
    String direction,
    int numThreads,
    Method subject,
    Method limit,
    String limitLabel,
    long bytes,
    long memoryBytes,
    boolean isRepresentative) {
  /**
   * A JMH method with all of its parameters.
   *
   * @param name package, class and method
   */
  public record Method(String name, Map<String, String> parameters) {
    public Method {
      parameters = Map.copyOf(parameters);
    }
  }
}
