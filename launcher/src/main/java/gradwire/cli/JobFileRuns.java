package gradwire.cli;

import gradwire.cluster.Role;
import gradwire.config.JobFile;
import gradwire.config.JobFiles;
import gradwire.config.LoadedJob;
import gradwire.config.Training;
import gradwire.error.UsageException;
import gradwire.launcher.LocalRun;
import gradwire.launcher.RoleProgram;
import gradwire.run.AtomicFiles;
import gradwire.run.RunFolder;
import gradwire.run.Target;
import gradwire.worker.program.FlagValues;
import gradwire.worker.program.Programs;
import gradwire.worker.program.TrainingProgram;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Runs described by job files. */
final class JobFileRuns implements Jobs {
  private static final Duration UNBOUNDED = Duration.ofDays(3650);

  @Override
  public JobRun plan(JobRequest request) {
    LoadedJob loaded = JobFiles.loadWithWarnings(request.job(), request.settings());
    JobFile job = loaded.job();
    TrainingProgram program = Programs.load(job.estimator().entryClass());
    FlagValues flags = FlagValues.of(program.flags(), job.estimator().scriptParams());
    checkOptimizer(job.training());
    RunFolder folder =
        request
            .runDir()
            .map(RunFolder::claim)
            .orElseGet(() -> RunFolder.create(request.runs(), job.experiment()));
    AtomicFiles.write(folder.job(), JobFiles.write(job, provenance(job)));
    return new JobRun(
        description(request, job, flags, folder), job, program, flags, loaded.warnings());
  }

  private static void checkOptimizer(Training training) {
    List<String> problems =
        training.optimizer().map(spec -> spec.problems("training.optimizer")).orElse(List.of());
    if (!problems.isEmpty()) {
      throw new UsageException(String.join(System.lineSeparator(), problems));
    }
  }

  private static LocalRun description(
      JobRequest request, JobFile job, FlagValues flags, RunFolder folder) {
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
        request.launchedAt());
  }

  private static Map<String, String> provenance(JobFile job) {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("version", Version.text());
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
