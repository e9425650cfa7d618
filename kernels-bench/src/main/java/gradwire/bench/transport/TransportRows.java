package gradwire.bench.transport;

import gradwire.bench.harness.Plan;
import gradwire.bench.harness.Samples;
import gradwire.bench.harness.Trial;
import gradwire.bench.report.Row;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;

/**
 * Measures rows of the transport benchmark, each in turn with its limit, all in this process and
 * one server process.
 */
public final class TransportRows {
  private static final String BENCHMARK = TransportBenchmark.class.getName() + ".exchange";

  /** A burst is short, so that the compiler gets its turn in between. */
  private static final int BURST_MILLIS = 500;

  /**
   * A row for a list.
   *
   * @param memoryBytes of both processes together, roughly
   */
  public record Listed(String name, String carrier, boolean isRepresentative, long memoryBytes) {}

  private final Plan plan;

  public TransportRows(Plan plan) {
    this.plan = plan;
  }

  /** All that can be measured here, carrier by carrier. */
  public static List<Listed> listing() {
    return TransportCase.all(Wiring.available()).stream()
        .map(
            one ->
                new Listed(
                    one.name(), one.carrier().label(), one.isRepresentative(), one.memoryBytes()))
        .toList();
  }

  /** Runs rows of every kind in short bursts until the compiler is done with the hot paths. */
  public void warmUp(List<String> names) {
    Map<String, TransportCase> kinds = new LinkedHashMap<>();
    for (String name : names) {
      TransportCase one = TransportCase.named(name);
      kinds.putIfAbsent(one.direction() + " " + one.size().isBulk(), one);
    }
    long endNanos = System.nanoTime() + plan.warmUpMillis() * 1_000_000L;
    if (plan.warmUpMillis() > 0) {
      kinds.values().forEach(kind -> burst(kind, Subject.LIMIT)); // little code: once is enough
    }
    while (System.nanoTime() < endNanos) {
      kinds.values().forEach(kind -> burst(kind, Subject.ROW));
    }
  }

  private void burst(TransportCase kind, Subject subject) {
    var unused = Trial.run(options(kind, subject, 1, BURST_MILLIS));
  }

  /** One row and its limit, by turns. */
  public Row measure(String name) {
    TransportCase measured = TransportCase.named(name);
    Samples row = new Samples();
    Samples limit = new Samples();
    for (int round = 0; round < rounds(measured); round++) {
      limit.add(run(measured, Subject.LIMIT, plan.limitIterations()));
      row.add(run(measured, Subject.ROW, plan.rowIterations()));
    }
    long bytes = measured.bytesPerOperation();
    return new Row(
        name,
        measured.carrier().label(),
        measured.direction().label(),
        bytes,
        measured.workers(),
        row.mbPerSecond(bytes, measured.workers()),
        limit.mbPerSecond(bytes, measured.workers()),
        row.cpuSecondsPerGb(bytes),
        measured.limit().label(),
        new Row.Extra(
            row.p50Micros(),
            row.p99Micros(),
            limit.p50Micros(),
            null,
            limit.cpuSecondsPerGb(bytes),
            null));
  }

  /** An operation of a gigabyte takes longer than an iteration: once through is enough. */
  private int rounds(TransportCase measured) {
    return measured.size() == PayloadSize.GB_1 ? 1 : plan.rounds();
  }

  private Collection<RunResult> run(TransportCase measured, Subject subject, int iterations) {
    return Trial.run(options(measured, subject, iterations, plan.iterationMillis()));
  }

  private static ChainedOptionsBuilder options(
      TransportCase measured, Subject subject, int iterations, int iterationMillis) {
    return Trial.of(BENCHMARK)
        .param("row", measured.name())
        .param("subject", subject.name())
        .threads(measured.workers())
        .forks(0)
        .warmupTime(Trial.millis(iterationMillis / 2))
        .measurementIterations(iterations)
        .measurementTime(Trial.millis(iterationMillis));
  }
}
