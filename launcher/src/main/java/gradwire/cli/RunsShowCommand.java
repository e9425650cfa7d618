package gradwire.cli;

import gradwire.launcher.SummaryText;
import gradwire.run.RunResult;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gradwire runs show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "How one run went, and what each of its tasks took.",
    footer = {"", "Example: gradwire runs show last"})
final class RunsShowCommand implements Runnable {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "RUN", description = "Id, a prefix of it, experiment/id, path, or last.")
  private String reference = "";

  RunsShowCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    PastRun run = new RunHistory(surroundings.runs()).find(reference);
    surroundings.out().println(run.name());
    Optional<RunResult> result = run.result();
    if (result.isPresent()) {
      surroundings.out().println(SummaryText.of(result.get(), run.folder(), surroundings.style()));
      surroundings.out().println(tasks(result.get()));
    } else {
      surroundings.out().println("status   " + run.status().label());
      surroundings.out().println("run      " + run.folder().root());
    }
  }

  private static TextTable tasks(RunResult result) {
    TextTable table = new TextTable("TASK", "STARTS", "PEAK MB", "CPU S");
    for (RunResult.TaskUsage task : result.tasks()) {
      table.add(
          task.name(),
          String.valueOf(task.incarnations()),
          megabytes(task.peakRssBytes()),
          task.cpuSeconds() == null ? "-" : String.format(Locale.ROOT, "%.1f", task.cpuSeconds()));
    }
    return table;
  }

  private static String megabytes(@Nullable Long bytes) {
    return bytes == null ? "-" : String.format(Locale.ROOT, "%.0f", bytes / 1e6);
  }
}
