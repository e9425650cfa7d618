package gradwire.launcher;

import gradwire.run.Restored;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import gradwire.trace.TraceFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the user reads when a run has ended. */
public final class SummaryText {
  private final RunResult result;
  private final RunFolder folder;
  private final Style style;
  private final List<String> lines = new ArrayList<>();

  private SummaryText(RunResult result, RunFolder folder, Style style) {
    this.result = result;
    this.folder = folder;
    this.style = style;
  }

  /** A line a fact; facts that nobody knows are left out. */
  public static String of(RunResult result, RunFolder folder, Style style) {
    return new SummaryText(result, folder, style).text();
  }

  private String text() {
    line("status", style.paint(colour(result.status()), result.status().label()) + wall());
    line("error", result.error());
    line("steps", steps());
    line("restored", restored());
    line("metrics", metrics());
    line("target", target());
    line("updates", updates());
    line("backend", result.backend());
    line("by", result.transport());
    line("model", Files.isDirectory(folder.model()) ? folder.model().toString() : null);
    line("trace", trace());
    line("run", folder.root() + " (logs: stdout-*.txt, result.json)");
    return String.join("\n", lines);
  }

  private void line(String name, @Nullable String value) {
    if (value != null) {
      lines.add(String.format(Locale.ROOT, "%-8s %s", name, value));
    }
  }

  private String wall() {
    return String.format(Locale.ROOT, " in %.1f s", result.wallSeconds());
  }

  private @Nullable String steps() {
    if (result.globalSteps() == null) {
      return null;
    }
    return result.globalSteps()
        + rate(", %.0f steps/s", result.stepsPerSecond())
        + rate(", %.0f samples/s", result.samplesPerSecond());
  }

  private @Nullable String restored() {
    Restored restored = result.restored();
    return restored == null
        ? null
        : "at step %d, of %s; before, it had come to step %d"
            .formatted(restored.step(), restored.savedAt(), restored.seenStep());
  }

  private @Nullable String metrics() {
    return result.metrics().isEmpty()
        ? null
        : result.metrics().entrySet().stream()
            .map(entry -> String.format(Locale.ROOT, "%s %.6g", entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
  }

  private @Nullable String target() {
    RunResult.TimeToTarget reached = result.timeToTarget();
    return reached == null
        ? null
        : String.format(
            Locale.ROOT,
            "%s %s reached after %.2f s, at step %d",
            reached.metric(),
            reached.value(),
            reached.seconds(),
            reached.step());
  }

  private @Nullable String updates() {
    return result.updatesApplied() == null
        ? null
        : result.updatesApplied()
            + " applied"
            + count(", %d lost", result.updatesLost())
            + count(", %d applied twice", result.updatesDuplicated());
  }

  private @Nullable String trace() {
    Path trace = new TraceFolder(folder).merged();
    return Files.exists(trace) ? trace + " (open in ui.perfetto.dev or chrome://tracing)" : null;
  }

  private static String rate(String format, @Nullable Double value) {
    return value == null ? "" : String.format(Locale.ROOT, format, value);
  }

  private static String count(String format, @Nullable Long value) {
    return value == null ? "" : String.format(Locale.ROOT, format, value);
  }

  private static Style.Colour colour(RunStatus status) {
    return switch (status) {
      case SUCCEEDED -> Style.Colour.GREEN;
      case FAILED -> Style.Colour.RED;
      case STOPPED -> Style.Colour.YELLOW;
    };
  }
}
