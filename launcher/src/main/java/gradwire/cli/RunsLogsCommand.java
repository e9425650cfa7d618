package gradwire.cli;

import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gradwire runs logs}. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    description = "What a run's tasks have printed.",
    footer = {"", "Example: gradwire runs logs last worker-0"})
final class RunsLogsCommand implements Runnable {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "RUN", description = "Id, a prefix of it, experiment/id, path, or last.")
  private String reference = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TASK",
      description = "E.g. worker-0 or ps-0; default: all tasks.")
  private @Nullable String task;

  RunsLogsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    Path root = new RunHistory(surroundings.runs()).find(reference).folder().root();
    List<Path> logs = logs(root);
    if (task == null) {
      logs.forEach(this::printTitled);
    } else {
      print(pick(logs, task));
    }
  }

  private static List<Path> logs(Path root) {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.filter(entry -> fileName(entry).matches("stdout-.*\\.txt")).sorted().toList();
    } catch (IOException e) {
      throw new GradwireException(root + ": expected a readable run folder, got " + e, e);
    }
  }

  private static Path pick(List<Path> logs, String task) {
    String wanted = "stdout-" + task.replace("worker-", "wk-") + ".txt";
    return logs.stream()
        .filter(log -> fileName(log).equals(wanted))
        .findFirst()
        .orElseThrow(() -> new UsageException(noSuchTask(logs, task)));
  }

  private static String noSuchTask(List<Path> logs, String task) {
    String known =
        logs.stream()
            .map(log -> fileName(log).replaceAll("stdout-|\\.txt", "").replace("wk-", "worker-"))
            .collect(Collectors.joining(", "));
    return "task " + task + ": expected one of " + known + "; name one of these, or none for all";
  }

  private void printTitled(Path log) {
    surroundings.out().println("== " + fileName(log));
    print(log);
  }

  private void print(Path log) {
    try {
      Files.copy(log, surroundings.out());
      surroundings.out().flush();
    } catch (IOException e) {
      throw new GradwireException(log + ": expected a readable log, got " + e, e);
    }
  }

  private static String fileName(Path path) {
    return String.valueOf(path.getFileName());
  }
}
