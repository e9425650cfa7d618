package gradwire.cli;

import gradwire.launcher.JobRun;

/** Turns the user's words into a run: reads the job file, makes the run folder. */
@FunctionalInterface
public interface Jobs {
  /**
   * Nothing is started yet.
   *
   * @throws gradwire.error.UsageException naming all that is wrong with the job
   */
  JobRun plan(JobRequest request);
}
