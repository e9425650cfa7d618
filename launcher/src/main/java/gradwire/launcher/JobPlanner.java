package gradwire.launcher;

import gradwire.cluster.Role;
import gradwire.config.ComputeTarget;
import gradwire.config.Estimator;
import gradwire.config.JobFile;
import gradwire.config.JobFiles;
import gradwire.config.LoadedJob;
import gradwire.config.Training;
import gradwire.error.Expect;
import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import gradwire.run.AtomicFiles;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import gradwire.run.Target;
import gradwire.trace.TraceFolder;
import gradwire.transport.grpc.TlsFiles;
import gradwire.worker.program.FlagValues;
import gradwire.worker.program.Programs;
import gradwire.worker.program.TrainingProgram;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Makes a run of a job: checks it as a whole, then writes it into the run's folder; or of what is
 * in such a folder, to go on with it.
 */
public final class JobPlanner {
  private static final List<String> COUNTS =
      List.of("estimator.worker_count", "estimator.parameter_server_count", "estimator.ps_count");
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
        description(job, flags, run, launchedAt),
        job,
        program,
        flags,
        Optional.empty(),
        loaded.warnings());
  }

  /**
   * Goes on with a run whose launcher has died, or that was stopped or has failed, in its own
   * folder and with the job as it was resolved. Nothing is started yet.
   *
   * @param sets other numbers of tasks: {@code estimator.worker_count=3}
   * @param launchedAt when the user's command began
   * @throws UsageException if there is nothing to go on with, or a launcher is at work there
   */
  public static JobRun resume(RunFolder run, List<String> sets, Instant launchedAt) {
    requireUnfinished(run);
    LauncherPid.requireNone(run);
    sets.forEach(JobPlanner::requireCount);
    LoadedJob loaded = JobFiles.loadWithWarnings(run.job(), List.of());
    Estimator wanted = JobFiles.load(run.job(), sets).estimator();
    JobFile job = loaded.job().on(wanted.workerCount(), wanted.parameterServerCount());
    Expect.that(
        job.computeTarget() == ComputeTarget.LOCAL,
        run.root().toString(),
        "a run of processes (compute_target: local)",
        job.computeTarget().name().toLowerCase(Locale.ROOT)
            + ", which leaves nothing to go on with",
        "run the job anew");
    TrainingProgram program = Programs.load(job.estimator().entryClass());
    FlagValues flags = FlagValues.of(program.flags(), job.estimator().scriptParams());
    if (job.training().tls() && TlsFiles.in(run.tls()).isEmpty()) {
      RunKeys.create(run.tls());
    }
    heedStop(run);
    return new JobRun(
        description(job, flags, run, launchedAt),
        job,
        program,
        flags,
        Optional.of(restoration(run, loaded.job(), job)),
        loaded.warnings());
  }

  private static Restoration restoration(RunFolder run, JobFile before, JobFile job) {
    return job.equals(before)
        ? Restoration.of(run, job)
        : Restoration.onOtherTasks(
            run, job, () -> AtomicFiles.write(run.job(), JobFiles.write(job, provenance(job))));
  }

  /** A run is resumed on other numbers of tasks, but as the same job. */
  private static void requireCount(String set) {
    String key = set.replaceFirst("=.*", "");
    Expect.that(
        COUNTS.contains(key),
        "--set " + set,
        "one of " + String.join(", ", COUNTS),
        key,
        "run the job anew with other settings");
  }

  /** A stop had moved the last step; once, and before any task starts again, that is undone. */
  private static void heedStop(RunFolder run) {
    if (hasEndedAs(RunStatus.STOPPED, run)) {
      run.countResume();
      run.forgetResult();
    }
  }

  private static void requireUnfinished(RunFolder run) {
    Expect.that(
        Files.exists(run.job()),
        run.root().toString(),
        "a run's folder",
        "no job.yaml in it",
        "see: gradwire runs list");
    Expect.that(
        !hasEndedAs(RunStatus.SUCCEEDED, run),
        run.root().toString(),
        "a run that was cut off, stopped or has failed",
        "one that has ended well",
        "see: gradwire runs show " + run.root());
  }

  private static boolean hasEndedAs(RunStatus status, RunFolder run) {
    try {
      return Files.exists(run.result()) && RunResult.read(run.result()).status() == status;
    } catch (GradwireException damaged) {
      return false;
    }
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
