package gradwire.bench.harness;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * CPU time of one operation: of this process and of a partner, where it has one. JMH makes it by
 * its name, hence the static partner.
 */
public final class CpuProfiler implements InternalProfiler {
  /** The result's name: nanoseconds an operation. */
  public static final String CPU_NANOS = "cpuNanos";

  private static final long NO_PARTNER = -1;
  private static final AtomicLong PARTNER = new AtomicLong(NO_PARTNER);
  private long beganNanos;

  /** From now on the CPU time of process {@code pid} counts, too. */
  public static void addPartner(long pid) {
    PARTNER.set(pid);
  }

  private static long now() {
    long partner = PARTNER.get();
    return ProcessCpu.nanos(ProcessHandle.current().pid())
        + (partner == NO_PARTNER ? 0 : ProcessCpu.nanos(partner));
  }

  @Override
  public String getDescription() {
    return "CPU time per operation, over both processes";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    beganNanos = now();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    long operations = Math.max(1, result.getMetadata().getAllOps());
    double nanos = (double) (now() - beganNanos) / operations;
    return List.of(new ScalarResult(CPU_NANOS, nanos, "ns/op", AggregationPolicy.AVG));
  }
}
