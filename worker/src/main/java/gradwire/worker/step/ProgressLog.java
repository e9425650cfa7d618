package gradwire.worker.step;

import gradwire.run.MetricsLog;
import gradwire.run.MetricsRecord;
import gradwire.run.MetricsTail;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The chief's lines in {@code metrics.jsonl}: its loss twice a second, and every evaluation. */
final class ProgressLog implements AutoCloseable {
  private static final long MILLIS_BETWEEN_LINES = 500;

  private final Optional<MetricsLog> log;
  private final InstantSource clock;
  private long lineAtMillis;
  private long lineAtStep;

  /** Before it, an earlier incarnation has written all there is to say. */
  private long newFromStep;

  /** What earlier incarnations wrote of evaluations, by step. */
  private final SortedMap<Long, MetricsRecord> evaluations = new TreeMap<>();

  private volatile boolean silent;
  private volatile SortedMap<String, Double> latest = new TreeMap<>();

  ProgressLog(Optional<Path> path, InstantSource clock) {
    path.map(MetricsTail::readAll).orElse(List.of()).forEach(this::remember);
    this.log = path.map(file -> new MetricsLog(file, clock));
    this.clock = clock;
    this.lineAtMillis = clock.millis();
  }

  private void remember(MetricsRecord line) {
    if (line.isEvaluation()) {
      evaluations.putIfAbsent(line.step(), line);
    } else {
      newFromStep = Math.max(newFromStep, line.step() + 1);
    }
  }

  /** What earlier incarnations evaluated, in the order of steps. */
  List<MetricsRecord> evaluations() {
    return List.copyOf(evaluations.values());
  }

  /** Whether an earlier incarnation told the result of this step's weights. */
  boolean hasEvaluated(long step) {
    return evaluations.containsKey(step);
  }

  /** Training goes on from {@code step}. */
  void beginsAt(long step) {
    lineAtStep = step;
    lineAtMillis = clock.millis();
  }

  /** Nothing is written from now on. Any thread. */
  void fallSilent() {
    silent = true;
  }

  /** Between steps; the worker's thread. */
  void step(long step, double loss) {
    long now = clock.millis();
    if (now - lineAtMillis >= MILLIS_BETWEEN_LINES && !Double.isNaN(loss) && step >= newFromStep) {
      SortedMap<String, Double> numbers = new TreeMap<>();
      numbers.put(MetricsRecord.LOSS, loss);
      numbers.put(MetricsRecord.STEPS_PER_SECOND, (step - lineAtStep) * 1e3 / (now - lineAtMillis));
      log.ifPresent(lines -> lines.append(step, numbers));
      lineAtMillis = now;
      lineAtStep = step;
    }
  }

  /** An evaluation is done; the evaluation's thread. */
  void evaluated(long step, SortedMap<String, Double> metrics) {
    latest = metrics;
    if (!hasEvaluated(step) && !silent) {
      log.ifPresent(lines -> lines.append(step, metrics));
    }
  }

  /** What the last evaluation gave; empty before the first. */
  SortedMap<String, Double> latest() {
    return latest;
  }

  @Override
  public void close() {
    log.ifPresent(MetricsLog::close);
  }
}
