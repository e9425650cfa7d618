package gradwire.cli;

import gradwire.launcher.ExitCode;
import gradwire.launcher.LauncherPid;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gradwire runs stop}. */
@Command(
    name = "stop",
    mixinStandardHelpOptions = true,
    description = "Asks a run to save a checkpoint and end, and waits for it.",
    footer = {"", "Example: gradwire runs stop last"})
final class RunsStopCommand implements Callable<Integer> {
  /** A little more than the launcher grants its tasks. */
  private static final Duration LIMIT = Duration.ofSeconds(25);

  private final Surroundings surroundings;

  @Parameters(paramLabel = "RUN", description = "Id, a prefix of it, experiment/id, path, or last.")
  private String reference = "";

  RunsStopCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    PastRun run = new RunHistory(surroundings.runs()).find(reference);
    Optional<ProcessHandle> launcher = LauncherPid.findLauncher(run.folder());
    if (launcher.isEmpty()) {
      surroundings.out().println(run.name() + ": not running (" + run.status().label() + ")");
      return ExitCode.DONE.code();
    }
    launcher.get().destroy();
    if (awaitEnd(launcher.get())) {
      surroundings.out().println(run.name() + ": " + run.status().label());
      return ExitCode.DONE.code();
    }
    surroundings
        .err()
        .printf(
            "%s: expected its launcher (process %d) to end within %d s, it still runs;"
                + " stop it with: kill -9 %d%n",
            run.name(), launcher.get().pid(), LIMIT.toSeconds(), launcher.get().pid());
    return ExitCode.JOB_FAILED.code();
  }

  private static boolean awaitEnd(ProcessHandle process) throws InterruptedException {
    try {
      process.onExit().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException stillThere) {
      return false;
    } catch (ExecutionException cannotWatch) {
      return !process.isAlive();
    }
  }
}
