package gradwire.cli;

import gradwire.launcher.JobPlanner;
import gradwire.run.RunFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gradwire resume}. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description =
        "Goes on with a run that was cut off, stopped or has failed: same folder, same job.",
    footer = {
      "",
      "Refused for a run that has ended well or is under way. Resume where it was launched: paths",
      "in its job are relative to that folder. Where the run's state is lost with the machine, or",
      "on other numbers of tasks, it goes on from its newest whole checkpoint.",
      "",
      "Example: gradwire resume last",
      "         gradwire resume last --set estimator.parameter_server_count=2"
    })
final class ResumeCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "RUN", description = "Id, a prefix of it, experiment/id, path, or last.")
  private String reference = "";

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Another estimator.worker_count or estimator.parameter_server_count.")
  private List<String> settings = new ArrayList<>();

  @Option(names = "--quiet", description = "No progress; the summary only.")
  private boolean isQuiet;

  ResumeCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    RunFolder run = new RunHistory(surroundings.runs()).find(reference).folder();
    return new Attendance(surroundings, isQuiet)
        .await(JobPlanner.resume(run, settings, surroundings.launchedAt()));
  }
}
