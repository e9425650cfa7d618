package gradwire.bench.micro;

import gradwire.bench.harness.Samples;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** What iterations in throughput mode, in operations a second, say together: medians. */
record Throughput(
    double mbPerSecond,
    double cpuSecondsPerGb,
    double bytesPerOperation,
    double allocatedBytesPerOperation) {
  /** Counters that a benchmark may have; per second. */
  private static final String GIGABYTES = "gigabytes";

  private static final String CPU_SECONDS = "cpuSeconds";

  /**
   * The medians.
   *
   * @param bytes payload of one operation; 0 where the benchmark counts gigabytes itself
   * @param cpuNanos the name of what has CPU nanoseconds an operation, where it doesn't
   */
  static Throughput of(Collection<RunResult> trials, long bytes, String cpuNanos) {
    List<IterationResult> iterations =
        trials.stream()
            .flatMap(trial -> trial.getBenchmarkResults().stream())
            .flatMap(fork -> fork.getIterationResults().stream())
            .toList();
    double operations =
        Samples.median(iterations.stream().map(one -> one.getPrimaryResult().getScore()).toList());
    double allocated = median(iterations, "gc.alloc.rate.norm");
    if (bytes > 0) {
      return new Throughput(
          operations * bytes / 1e6, median(iterations, cpuNanos) / bytes, bytes, allocated);
    }
    double gigabytes = median(iterations, GIGABYTES);
    return new Throughput(
        gigabytes * 1e3,
        median(iterations, CPU_SECONDS) / gigabytes,
        gigabytes * 1e9 / operations,
        allocated);
  }

  private static double median(List<IterationResult> iterations, String name) {
    return Samples.median(
        iterations.stream()
            .map(one -> one.getSecondaryResults().get(name))
            .filter(Objects::nonNull)
            .map(Result::getScore)
            .toList());
  }
}
