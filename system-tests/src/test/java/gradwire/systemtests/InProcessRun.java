package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.config.JobFiles;
import gradwire.config.LoadedJob;
import gradwire.launcher.JobPlanner;
import gradwire.launcher.RunControl;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A job file run by the {@code inprocess} target, in the JVM of the tests. */
final class InProcessRun {
  private InProcessRun() {}

  /**
   * Runs to the end, whichever; digits come from the repository unless {@code sets} says, other
   * images are made up.
   */
  static RunResult of(Path job, Path runDir, String... sets) {
    List<String> all = new ArrayList<>();
    all.add("compute_target=inprocess");
    if (!job.equals(Repository.RESNET_JOB)) {
      all.add("estimator.script_params.data_dir=" + Repository.DATA);
    }
    all.addAll(Arrays.asList(sets));
    LoadedJob loaded = JobFiles.loadWithWarnings(job, all);
    InstantSource clock = InstantSource.system();
    return JobPlanner.plan(loaded, () -> RunFolder.claim(runDir), clock.instant())
        .awaitResult(new RunControl(), () -> {}, clock);
  }

  /** As {@link #of}; fails the test unless the run succeeds. */
  static RunResult succeeding(Path job, Path runDir, String... sets) {
    RunResult result = of(job, runDir, sets);
    assertThat(result.status()).as(result.toJson()).isEqualTo(RunStatus.SUCCEEDED);
    return result;
  }
}
