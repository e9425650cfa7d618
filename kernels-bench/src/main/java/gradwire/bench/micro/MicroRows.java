package gradwire.bench.micro;

import gradwire.bench.harness.CpuProfiler;
import gradwire.bench.harness.PassedOn;
import gradwire.bench.harness.Plan;
import gradwire.bench.harness.Trial;
import gradwire.bench.report.Row;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;

/**
 * Measures rows of one process: JMH forks a JVM for each row, and one for its limit right before.
 * One thread.
 */
public final class MicroRows {
  /** Java's loops and the way to C's must have been compiled. */
  private static final int WARM_UP_ITERATIONS = 10;

  /** A whole network's kernels: every layer must have been compiled for its shapes. */
  private static final int GRADIENT_WARM_UP_ITERATIONS = 40;

  /** One plain loop. */
  private static final int LIMIT_WARM_UP_ITERATIONS = 4;

  /** The triad's arrays are on the heap; the rest is not. */
  private static final String[] JVM_ARGUMENTS = {
    "-Xmx2g",
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow"
  };

  private final Plan plan;
  private final Map<String, MicroCase> cases = new HashMap<>();
  private final Map<MicroCase.Method, Throughput> limits = new HashMap<>();

  /**
   * @param cases that may be asked for
   */
  public MicroRows(Plan plan, List<MicroCase> cases) {
    this.plan = plan;
    cases.forEach(one -> this.cases.put(one.name(), one));
  }

  /** One row, right behind its limit. */
  public Row measure(String name) {
    MicroCase measured = cases.get(name);
    if (measured == null) {
      throw new IllegalArgumentException("no such row: " + name);
    }
    Throughput limit = limit(measured.limit().method());
    int warmUpIterations =
        measured.direction().equals("gradient") ? GRADIENT_WARM_UP_ITERATIONS : WARM_UP_ITERATIONS;
    Throughput row = run(measured.subject(), warmUpIterations);
    return new Row(
        name,
        measured.transport(),
        measured.direction(),
        Math.round(row.bytesPerOperation()),
        measured.numThreads(),
        row.mbPerSecond(),
        limit.mbPerSecond(),
        row.cpuSecondsPerGb(),
        measured.limit().label(),
        new Row.Extra(
            null,
            null,
            null,
            row.allocatedBytesPerOperation(),
            limit.cpuSecondsPerGb(),
            measured.work()));
  }

  /** Measured anew, as the machine is now; where figures mean nothing, once. */
  private Throughput limit(MicroCase.Method method) {
    return plan.equals(Plan.QUICK)
        ? limits.computeIfAbsent(method, one -> run(one, LIMIT_WARM_UP_ITERATIONS))
        : run(method, LIMIT_WARM_UP_ITERATIONS);
  }

  private Throughput run(MicroCase.Method method, int warmUpIterations) {
    ChainedOptionsBuilder options =
        Trial.of(method.name())
            .addProfiler(GCProfiler.class)
            .mode(Mode.Throughput)
            .timeUnit(TimeUnit.SECONDS)
            .forks(1)
            .jvmArgs(JVM_ARGUMENTS)
            .jvmArgsAppend(PassedOn.options().toArray(String[]::new))
            .warmupIterations(plan.equals(Plan.QUICK) ? 1 : warmUpIterations)
            .warmupTime(Trial.millis(plan.iterationMillis()))
            .measurementIterations(plan.rowIterations() * plan.rounds())
            .measurementTime(Trial.millis(plan.iterationMillis()));
    method.parameters().forEach(options::param);
    Collection<RunResult> trials = Trial.run(options);
    return Throughput.of(trials, method.bytes(), CpuProfiler.CPU_NANOS);
  }
}
