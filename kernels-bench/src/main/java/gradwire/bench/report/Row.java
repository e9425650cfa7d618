package gradwire.bench.report;

import org.jspecify.annotations.Nullable;

/**
 * One measured line. MB and GB are powers of ten.
 *
 * @param name unique in a run, e.g. {@code transport/tcp/push/100MB/w1}
 * @param transport what carries the bytes: {@code tcp}, {@code memory}, ...
 * @param direction what is done: {@code push}, {@code pull}, {@code push+pull}, {@code step}, ...
 * @param bytes payload of one operation; push+pull counts both ways
 * @param workers how many do it at once
 * @param mbPerSecond payload of all workers, median over iterations
 * @param limitMbPerSecond the machine's own rate for the same bytes, measured beside the row
 * @param cpuSecondsPerGb user and system time of all processes involved
 * @param limit what the limit is, e.g. {@code raw tcp}
 * @param extra what only some rows have
 */
public record Row(
    String name,
    String transport,
    String direction,
    long bytes,
    int workers,
    double mbPerSecond,
    double limitMbPerSecond,
    double cpuSecondsPerGb,
    String limit,
    Extra extra) {
  /**
   * What only some rows have; null where it was not measured.
   *
   * @param p50Micros median latency of one operation
   * @param p99Micros what 99 of 100 operations stay below
   * @param limitP50Micros the limit's median latency
   * @param allocatedBytesPerOp on the Java heap
   * @param limitCpuSecondsPerGb CPU time that the limit itself takes
   * @param work what an operation has to do
   */
  public record Extra(
      @Nullable Double p50Micros,
      @Nullable Double p99Micros,
      @Nullable Double limitP50Micros,
      @Nullable Double allocatedBytesPerOp,
      @Nullable Double limitCpuSecondsPerGb,
      @Nullable Work work) {
    public static final Extra NONE = new Extra(null, null, null, null, null, null);
  }

  /** The row's rate in percent of the limit's; NaN where there is no limit. */
  public double percentOfLimit() {
    return 100 * mbPerSecond / (limitMbPerSecond > 0 ? limitMbPerSecond : Double.NaN);
  }

  public boolean tls() {
    return transport.endsWith("+tls");
  }
}
