package gradwire.cli;

import gradwire.launcher.ExitCode;
import gradwire.launcher.JobRun;
import gradwire.launcher.ProgressView;
import gradwire.launcher.RunControl;
import gradwire.launcher.StopSignals;
import gradwire.launcher.SummaryText;
import gradwire.run.RunResult;

/** Runs a job in front of the user's eyes: warnings, progress, summary. */
final class Attendance {
  private final Surroundings surroundings;
  private final boolean isQuiet;

  /**
   * @param isQuiet no progress
   */
  Attendance(Surroundings surroundings, boolean isQuiet) {
    this.surroundings = surroundings;
    this.isQuiet = isQuiet;
  }

  /** Blocks to the run's end, which the user may bring about; returns the exit code. */
  int await(JobRun job) {
    job.warnings().forEach(surroundings.err()::println);
    RunControl control = new RunControl();
    StopSignals.install(control);
    RunResult result = isQuiet ? awaitQuietly(job, control) : awaitVisibly(job, control);
    surroundings
        .out()
        .println(SummaryText.of(result, job.description().folder(), surroundings.style()));
    return ExitCode.of(result.status()).code();
  }

  private RunResult awaitQuietly(JobRun job, RunControl control) {
    return job.awaitResult(control, () -> {}, surroundings.clock());
  }

  private RunResult awaitVisibly(JobRun job, RunControl control) {
    ProgressView view =
        new ProgressView(
            job.description(), surroundings.out(), surroundings.style(), surroundings.clock());
    try {
      return job.awaitResult(control, view, surroundings.clock());
    } finally {
      view.end();
    }
  }
}
