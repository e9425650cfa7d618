package gradwire.worker.step;

import gradwire.run.MetricsLog;
import java.nio.file.Path;
import java.time.InstantSource;
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
  private volatile SortedMap<String, Double> latest = new TreeMap<>();

  ProgressLog(Optional<Path> path, InstantSource clock) {
    this.log = path.map(file -> new MetricsLog(file, clock));
    this.clock = clock;
    this.lineAtMillis = clock.millis();
  }

  /** Between steps; the worker's thread. */
  void step(long step, double loss) {
    long now = clock.millis();
    if (now - lineAtMillis >= MILLIS_BETWEEN_LINES && !Double.isNaN(loss)) {
      SortedMap<String, Double> numbers = new TreeMap<>();
      numbers.put("loss", loss);
      numbers.put("stepsPerSecond", (step - lineAtStep) * 1e3 / (now - lineAtMillis));
      log.ifPresent(lines -> lines.append(step, numbers));
      lineAtMillis = now;
      lineAtStep = step;
    }
  }

  /** An evaluation is done; the evaluation's thread. */
  void evaluated(long step, SortedMap<String, Double> metrics) {
    latest = metrics;
    log.ifPresent(lines -> lines.append(step, metrics));
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
