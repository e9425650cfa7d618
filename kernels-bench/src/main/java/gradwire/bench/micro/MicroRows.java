package gradwire.bench.micro;

import gradwire.bench.harness.CpuProfiler;
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
 * Rows of the same limit share it. One thread.
 */
public final class MicroRows {
  private static final int WARM_UP_ITERATIONS = 4;

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

  /** One row; its limit, too, unless that was just measured for another. */
  public Row measure(String name) {
    MicroCase measured = cases.get(name);
    if (measured == null) {
      throw new IllegalArgumentException("no such row: " + name);
    }
    Throughput limit =
        limits.computeIfAbsent(measured.limit(), method -> run(method, measured.bytes()));
    Throughput row = run(measured.subject(), measured.bytes());
    return new Row(
        name,
        "memory",
        measured.direction(),
        Math.round(row.bytesPerOperation()),
        measured.numThreads(),
        row.mbPerSecond(),
        limit.mbPerSecond(),
        row.cpuSecondsPerGb(),
        measured.limitLabel(),
        new Row.Extra(null, null, null, row.allocatedBytesPerOperation(), limit.cpuSecondsPerGb()));
  }

  private Throughput run(MicroCase.Method method, long bytes) {
    ChainedOptionsBuilder options =
        Trial.of(method.name())
            .addProfiler(GCProfiler.class)
            .mode(Mode.Throughput)
            .timeUnit(TimeUnit.SECONDS)
            .forks(1)
            .warmupIterations(plan.equals(Plan.QUICK) ? 1 : WARM_UP_ITERATIONS)
            .warmupTime(Trial.millis(plan.iterationMillis()))
            .measurementIterations(plan.rowIterations() * plan.rounds())
            .measurementTime(Trial.millis(plan.iterationMillis()));
    method.parameters().forEach(options::param);
    Collection<RunResult> trials = Trial.run(options);
    return Throughput.of(trials, bytes, CpuProfiler.CPU_NANOS);
  }
}
