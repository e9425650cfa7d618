package gradwire.run;

import gradwire.cluster.RoleArguments;
import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import java.io.PrintStream;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The outside of a role's process: exit codes, the last words, the report. */
public final class TaskProcess {
  private static final Logger log = LoggerFactory.getLogger(TaskProcess.class);

  /** Exit codes, as for the commands. */
  public static final int DONE = 0;

  public static final int FAILED = 1;
  public static final int WRONG_USAGE = 2;

  private TaskProcess() {}

  /** Runs a task to its end and leaves its report in the run folder, if it has one. */
  public static int run(RoleArguments arguments, Callable<TaskResult> task) {
    try {
      report(arguments, task.call(), null);
      return DONE;
    } catch (UsageException e) {
      return failed(arguments, e.getMessage(), WRONG_USAGE);
    } catch (GradwireException e) {
      log.debug("failed", e);
      return failed(arguments, e.getMessage(), FAILED);
    } catch (Exception | LinkageError | OutOfMemoryError e) {
      log.error("failed", e);
      return failed(arguments, e.toString(), FAILED);
    }
  }

  /** Says what is wrong with a command line. */
  public static int refuse(UsageException problem, PrintStream err) {
    err.println(problem.getMessage());
    return WRONG_USAGE;
  }

  private static int failed(RoleArguments arguments, @Nullable String message, int exitCode) {
    String error = String.valueOf(message);
    log.error("{}: {}", arguments.task(), error);
    TaskResult nothing = new TaskResult(Outcome.FAILED, new TreeMap<>(), new TreeMap<>());
    try {
      report(arguments, nothing, error);
    } catch (GradwireException noReport) {
      log.error("{}: {}", arguments.task(), noReport.getMessage());
    }
    return exitCode;
  }

  private static void report(RoleArguments arguments, TaskResult result, @Nullable String error) {
    Optional<RunFolder> folder = arguments.runFolder().map(RunFolder::new);
    folder.ifPresent(
        run ->
            describe(arguments.task(), arguments.incarnation(), result, error)
                .write(run.report(arguments.task())));
  }

  /** The report of a task in this process. */
  public static TaskReport describe(
      TaskId task, int incarnation, TaskResult result, @Nullable String error) {
    ProcessUsage usage = ProcessUsage.now();
    return new TaskReport(
        task.name(),
        incarnation,
        result.outcome(),
        error,
        usage.peakRssBytes(),
        usage.cpuSeconds(),
        result.counters(),
        result.facts());
  }
}
