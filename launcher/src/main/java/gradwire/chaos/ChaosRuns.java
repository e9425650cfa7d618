package gradwire.chaos;

import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Runs one job again and again, each time in a folder of its own under a schedule of its own.
 *
 * @param mainClass the command line's
 * @param job the job file
 * @param settings {@code --set}
 * @param runs where run folders are made
 * @param experiment the job's
 * @param tasks the job's
 * @param out takes a line an event
 */
public record ChaosRuns(
    String mainClass,
    Path job,
    List<String> settings,
    Path runs,
    String experiment,
    List<TaskId> tasks,
    Consumer<String> out) {
  private static final Duration RECOVERY_LIMIT = Duration.ofMinutes(2);

  public ChaosRuns {
    settings = List.copyOf(settings);
    tasks = List.copyOf(tasks);
  }

  /** The job as it is; it must succeed. */
  public RunResult undisturbed() {
    DisturbedRun.Account account = run("undisturbed", List.of());
    if (account.problem().isPresent() || account.result().isEmpty()) {
      throw new GradwireException(
          "undisturbed run: expected it to succeed, got: "
              + account.problem().orElse("no result")
              + "; see that the job runs: gradwire run "
              + job);
    }
    return account.result().get();
  }

  /** The job under {@code schedule}; blocks. */
  public DisturbedRun.Account disturbed(List<Disturbance> schedule) {
    return run("disturbed", schedule);
  }

  private DisturbedRun.Account run(String name, List<Disturbance> schedule) {
    RunFolder folder = new RunFolder(RunFolder.create(runs, experiment).root().toAbsolutePath());
    out.accept(name + " run: " + folder.root());
    Path output = outputFile();
    try {
      ChildLaunches launches = new ChildLaunches(mainClass, job, settings, folder, output);
      DisturbedRun.Account account =
          new DisturbedRun(launches, folder, tasks, RECOVERY_LIMIT, out).run(schedule);
      out.accept(String.format(Locale.ROOT, "%7.2f s  end", account.seconds()));
      return account;
    } finally {
      removeQuietly(output);
    }
  }

  private static Path outputFile() {
    try {
      return Files.createTempFile("gradwire-chaos", ".txt");
    } catch (IOException e) {
      throw new GradwireException("expected to write a temporary file, got " + e, e);
    }
  }

  private static void removeQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException leftBehind) {
      // In the system's folder for such files.
    }
  }
}
