package gradwire.launcher;

import gradwire.config.JobFile;
import gradwire.run.RunResult;
import gradwire.worker.program.FlagValues;
import gradwire.worker.program.TrainingProgram;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * A job that is ready to start. Immutable.
 *
 * @param description what the launcher needs to know
 * @param job as resolved
 * @param program its entry class
 * @param flags with this job's values
 * @param restoration what it goes on from, if it is resumed
 * @param warnings what was read but is not heeded
 */
public record JobRun(
    LocalRun description,
    JobFile job,
    TrainingProgram program,
    FlagValues flags,
    Optional<Restoration> restoration,
    List<String> warnings) {
  public JobRun {
    warnings = List.copyOf(warnings);
  }

  /** Runs to the end, whichever; blocks. */
  public RunResult awaitResult(RunControl control, RunObserver observer, InstantSource clock) {
    return switch (job.computeTarget()) {
      case LOCAL ->
          new LocalLauncher(
                  description,
                  restoration,
                  control,
                  Patience.DEFAULT.withSilence(Duration.ofMillis(job.training().leaseMillis())),
                  observer,
                  clock)
              .awaitResult();
      case INPROCESS ->
          new InProcessLauncher(description, program, flags, job, control, observer, clock)
              .awaitResult();
    };
  }
}
