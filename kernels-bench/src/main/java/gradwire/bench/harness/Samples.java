package gradwire.bench.harness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What the iterations of one or more trials of one row gave. One thread.
 *
 * <p>Medians, not means: an iteration in which something else ran on the machine should not count.
 */
public final class Samples {
  private final List<Double> nanosPerOp = new ArrayList<>();
  private final List<Double> cpuNanosPerOp = new ArrayList<>();
  private final List<Double> p50Nanos = new ArrayList<>();
  private final List<Double> p99Nanos = new ArrayList<>();

  /** Adds the iterations of trials that ran in sample-time mode, in nanoseconds. */
  public void add(Collection<RunResult> trials) {
    for (RunResult trial : trials) {
      trial
          .getBenchmarkResults()
          .forEach(fork -> fork.getIterationResults().forEach(this::addIteration));
      p50Nanos.add(trial.getPrimaryResult().getStatistics().getPercentile(50));
      p99Nanos.add(trial.getPrimaryResult().getStatistics().getPercentile(99));
    }
  }

  private void addIteration(IterationResult iteration) {
    nanosPerOp.add(iteration.getPrimaryResult().getScore());
    Result<?> cpu = iteration.getSecondaryResults().get(CpuProfiler.CPU_NANOS);
    if (cpu != null) {
      cpuNanosPerOp.add(cpu.getScore());
    }
  }

  /** MB a second when {@code workers} threads each move {@code bytes} in one operation. */
  public double mbPerSecond(long bytes, int workers) {
    return bytes * 1e3 * workers / median(nanosPerOp);
  }

  public double cpuSecondsPerGb(long bytes) {
    return median(cpuNanosPerOp) / bytes;
  }

  public double p50Micros() {
    return median(p50Nanos) / 1e3;
  }

  public double p99Micros() {
    return median(p99Nanos) / 1e3;
  }

  /** NaN of nothing; the mean of the two in the middle where there are two. */
  public static double median(List<Double> values) {
    if (values.isEmpty()) {
      return Double.NaN;
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    assert Arrays.stream(sorted).noneMatch(Double::isNaN);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
