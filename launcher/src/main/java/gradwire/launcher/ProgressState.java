package gradwire.launcher;

import gradwire.run.MetricsRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/** Where a run stands, as far as its metrics tell. One thread. */
final class ProgressState {
  private static final String LOSS = "loss";
  private static final String SAMPLES_PER_SECOND = "samplesPerSecond";
  private static final Set<String> NOT_METRICS =
      Set.of(LOSS, SAMPLES_PER_SECOND, "stepsPerSecond", "samples", "learningRate");

  /** The speed shown is that of this many seconds. */
  private static final double WINDOW_SECONDS = 5;

  private final String experiment;
  private final OptionalLong totalSteps;
  private final Deque<MetricsRecord> window = new ArrayDeque<>();
  private String loss = "";
  private String samplesPerSecond = "";
  private String metric = "";

  ProgressState(String experiment, OptionalLong totalSteps) {
    this.experiment = experiment;
    this.totalSteps = totalSteps;
  }

  void add(MetricsRecord record) {
    window.addLast(record);
    while (window.size() > 2
        && record.timeSeconds() - window.getFirst().timeSeconds() > WINDOW_SECONDS) {
      window.removeFirst();
    }
    record.numbers().forEach(this::note);
  }

  /** One line, e.g. {@code mnist step 120/500 240 steps/s loss 0.31 testAccuracy 0.95 3 s}. */
  String line(Duration elapsed) {
    StringBuilder line = new StringBuilder(experiment);
    line.append("  ").append(window.isEmpty() ? "starting" : stepText());
    if (window.size() > 1) {
      line.append(String.format(Locale.ROOT, "  %.0f steps/s", stepsPerSecond()));
    }
    line.append(samplesPerSecond).append(loss).append(metric);
    return line.append("  ").append(elapsedText(elapsed)).toString();
  }

  private void note(String name, double value) {
    if (name.equals(LOSS)) {
      loss = String.format(Locale.ROOT, "  loss %.4g", value);
    } else if (name.equals(SAMPLES_PER_SECOND)) {
      samplesPerSecond = String.format(Locale.ROOT, "  %.0f samples/s", value);
    } else if (!NOT_METRICS.contains(name)) {
      metric = String.format(Locale.ROOT, "  %s %.4g", name, value);
    }
  }

  private String stepText() {
    String step = "step " + window.getLast().step();
    return totalSteps.isPresent() ? step + "/" + totalSteps.getAsLong() : step;
  }

  private double stepsPerSecond() {
    MetricsRecord first = window.getFirst();
    MetricsRecord last = window.getLast();
    double seconds = last.timeSeconds() - first.timeSeconds();
    return seconds <= 0 ? 0 : (last.step() - first.step()) / seconds;
  }

  private static String elapsedText(Duration elapsed) {
    long seconds = elapsed.toSeconds();
    return seconds < 60
        ? seconds + " s"
        : String.format(Locale.ROOT, "%d:%02d min", seconds / 60, seconds % 60);
  }
}
