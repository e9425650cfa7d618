package gradwire.cli;

import gradwire.error.UsageException;
import gradwire.launcher.LocalRun;
import java.nio.file.Files;

/** Runs described by job files. */
final class JobFileRuns implements Jobs {
  @Override
  public LocalRun plan(JobRequest request) {
    if (!Files.isRegularFile(request.job())) {
      throw new UsageException(
          request.job() + ": expected a job file, got no such file; check the path");
    }
    throw new UsageException(
        request.job() + ": expected a reader for job files, got a build without one");
  }
}
