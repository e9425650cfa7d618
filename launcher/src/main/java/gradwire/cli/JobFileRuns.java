package gradwire.cli;

import gradwire.config.JobFiles;
import gradwire.config.LoadedJob;
import gradwire.launcher.JobPlanner;
import gradwire.launcher.JobRun;
import gradwire.run.RunFolder;

/** Runs described by job files. */
final class JobFileRuns implements Jobs {
  @Override
  public JobRun plan(JobRequest request) {
    LoadedJob loaded = JobFiles.loadWithWarnings(request.job(), request.settings());
    return JobPlanner.plan(loaded, () -> folder(request, loaded), request.launchedAt());
  }

  private static RunFolder folder(JobRequest request, LoadedJob loaded) {
    return request
        .runDir()
        .map(RunFolder::claim)
        .orElseGet(() -> RunFolder.create(request.runs(), loaded.job().experiment()));
  }
}
