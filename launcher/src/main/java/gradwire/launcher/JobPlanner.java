package gradwire.launcher;

import gradwire.cluster.Role;
import gradwire.config.JobFile;
import gradwire.config.JobFiles;
import gradwire.config.LoadedJob;
import gradwire.config.Training;
import gradwire.error.UsageException;
import gradwire.run.AtomicFiles;
import gradwire.run.RunFolder;
import gradwire.run.Target;
import gradwire.trace.TraceFolder;
import gradwire.worker.program.FlagValues;
import gradwire.worker.program.Programs;
import gradwire.worker.program.TrainingProgram;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Makes a run of a job: checks it as a whole, then writes it into the run's folder. */
public final class JobPlanner {
  private static final Duration UNBOUNDED = Duration.ofDays(3650);

  private JobPlanner() {}

  /**
   * Nothing is started yet.
   *
   * @param folder makes or takes the run's folder; not asked for if the job is wrong
   * @param launchedAt when the user's command began
   * @throws UsageException naming all that is wrong with the entry class, its flags or the
   *     optimizer
   */
  public static JobRun plan(LoadedJob loaded, Supplier<RunFolder> folder, Instant launchedAt) {
    JobFile job = loaded.job();
    TrainingProgram program = Programs.load(job.estimator().entryClass());
    FlagValues flags = FlagValues.of(program.flags(), job.estimator().scriptParams());
    checkOptimizer(job.training());
    RunFolder run = folder.get();
    AtomicFiles.write(run.job(), JobFiles.write(job, provenance(job)));
    if (job.training().tls()) {
      RunKeys.create(run.tls());
    }
    if (job.training().trace()) {
      new TraceFolder(run).prepare();
    }
    return new JobRun(
        description(job, flags, run, launchedAt), job, program, flags, loaded.warnings());
  }

  private static void checkOptimizer(Training training) {
    List<String> problems =
        training.optimizer().map(spec -> spec.problems("training.optimizer")).orElse(List.of());
    if (!problems.isEmpty()) {
      throw new UsageException(String.join(System.lineSeparator(), problems));
    }
  }

  private static LocalRun description(
      JobFile job, FlagValues flags, RunFolder folder, Instant launchedAt) {
    long maxSeconds = job.estimator().maxRunDurationSeconds();
    return new LocalRun(
        folder,
        job.experiment(),
        job.estimator().parameterServerCount(),
        job.estimator().workerCount(),
        maxSeconds == 0 ? UNBOUNDED : Duration.ofSeconds(maxSeconds),
        flags.has("train_steps")
            ? OptionalLong.of(flags.wholeNumber("train_steps", 1))
            : OptionalLong.empty(),
        job.training().stopAt().map(stop -> new Target(stop.metric(), stop.value())),
        RoleProgram.of(Role.PS),
        RoleProgram.of(Role.WORKER),
        launchedAt);
  }

  private static Map<String, String> provenance(JobFile job) {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("version", Release.text());
    provenance.put("seed", Long.toString(job.training().seed()));
    provenance.put("java", System.getProperty("java.vm.version", "unknown"));
    provenance.put(
        "machine",
        "%s %s, %d processors"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors()));
    return provenance;
  }
}
