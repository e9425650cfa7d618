package gradwire.cli;

import gradwire.run.RunResult;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code gradwire runs list}. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "All runs, newest first.",
    footer = {"", "Example: gradwire runs list"})
final class RunsListCommand implements Runnable {
  private final Surroundings surroundings;

  RunsListCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    List<PastRun> runs = new RunHistory(surroundings.runs()).newestFirst();
    if (runs.isEmpty()) {
      surroundings.out().println("no runs in " + surroundings.runs() + " yet");
      return;
    }
    TextTable table = new TextTable("RUN", "STATUS", "STEPS", "STEPS/S", "SECONDS", "METRICS");
    runs.forEach(run -> addRow(table, run));
    surroundings.out().println(table);
  }

  private static void addRow(TextTable table, PastRun run) {
    Optional<RunResult> result = run.result();
    table.add(
        run.name(),
        run.status().label(),
        result.map(RunResult::globalSteps).map(String::valueOf).orElse("-"),
        result.map(done -> rounded(done.stepsPerSecond())).orElse("-"),
        result.map(done -> rounded(done.wallSeconds())).orElse("-"),
        result.map(RunsListCommand::metrics).orElse("-"));
  }

  private static String rounded(@Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.1f", value);
  }

  private static String metrics(RunResult result) {
    return result.metrics().entrySet().stream()
        .map(metric -> String.format(Locale.ROOT, "%s %.4g", metric.getKey(), metric.getValue()))
        .collect(Collectors.joining(", "));
  }
}
