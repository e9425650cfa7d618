package gradwire.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gradwire run}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Launches a job, shows its progress, waits for its end.",
    footer = {
      "",
      "Ctrl-C saves a checkpoint and ends the run; a second Ctrl-C ends it at once.",
      "",
      "Example: gradwire run examples/mnist/mnist.yaml --set estimator.worker_count=4"
    })
final class RunCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final Jobs jobs;

  @Parameters(paramLabel = "JOB", description = "YAML job file, or a Batch AI job.json.")
  private Path jobFile = Path.of("");

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of the job file, dotted: estimator.worker_count=4.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "New or empty folder for the run's files; default runs/<experiment>/<run-id>.")
  private @Nullable Path runDir;

  @Option(names = "--quiet", description = "No progress; the summary only.")
  private boolean isQuiet;

  RunCommand(Surroundings surroundings, Jobs jobs) {
    this.surroundings = surroundings;
    this.jobs = jobs;
  }

  @Override
  public Integer call() {
    return new Attendance(surroundings, isQuiet).await(jobs.plan(request()));
  }

  private JobRequest request() {
    Path base = surroundings.workingDirectory();
    return new JobRequest(
        base.resolve(jobFile),
        settings,
        Optional.ofNullable(runDir).map(base::resolve),
        surroundings.runs(),
        surroundings.launchedAt());
  }
}
