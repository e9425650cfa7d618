package gradwire.launcher;

import gradwire.cluster.TaskId;
import gradwire.config.Consistency;
import gradwire.config.JobFile;
import gradwire.config.Training;
import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import gradwire.run.MetricsLog;
import gradwire.run.MetricsTail;
import gradwire.run.Restored;
import gradwire.run.RunFolder;
import gradwire.server.checkpoint.Checkpoint;
import gradwire.server.checkpoint.CheckpointFolder;
import gradwire.server.checkpoint.JobMark;
import gradwire.server.store.StateFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * What a run that is resumed goes on from: its state, or where that is of no use, or of other
 * numbers of tasks, its newest whole checkpoint. Then all that the run has beyond the checkpoint is
 * forgotten. One thread.
 */
public final class Restoration {
  private final RunFolder run;
  private final JobFile job;
  private final Optional<Runnable> change;
  private final CheckpointFolder checkpoints;

  private Restoration(RunFolder run, JobFile job, Optional<Runnable> change) {
    this.run = run;
    this.job = job;
    this.change = change;
    this.checkpoints = new CheckpointFolder(run.checkpoints());
  }

  static Restoration of(RunFolder run, JobFile job) {
    return new Restoration(run, job, Optional.empty());
  }

  /**
   * On other numbers of tasks than before.
   *
   * @param job the changed one
   * @param change writes it into the run's folder
   */
  static Restoration onOtherTasks(RunFolder run, JobFile job, Runnable change) {
    return new Restoration(run, job, Optional.of(change));
  }

  /**
   * Makes the folder fit to be gone on with; no task of the run may be alive.
   *
   * @param report told what was restored, and what was refused
   * @return the checkpoint that the state begins with; empty if with the first step
   * @throws UsageException if there is state or a checkpoint, but none of it is of use
   */
  Optional<Restored> prepare(Consumer<String> report) {
    Optional<String> problem =
        change.isPresent() ? Optional.of("other numbers of tasks") : problem();
    if (problem.isEmpty()) {
      return Restored.find(run.restored());
    }
    Map<Path, String> refused = new LinkedHashMap<>();
    Optional<Checkpoint> newest = checkpoints.newest(this::requireFits, refused::put);
    refused.values().forEach(why -> report.accept("checkpoint refused: " + why));
    boolean hasMore = hasState() || refused.keySet().stream().anyMatch(CheckpointFolder::wasWhole);
    if (newest.isEmpty() && (hasMore || change.isPresent())) {
      throw new UsageException(
          problem.get()
              + "; and there is no checkpoint of use in "
              + run.checkpoints()
              + ": run the job anew");
    }
    return newest.isPresent()
        ? Optional.of(restore(newest.get(), refused, problem.get(), report))
        : beginAgain(refused, report);
  }

  /** Why the servers cannot go on with what they left; empty if they can, or had not begun. */
  private Optional<String> problem() {
    if (checkpoints.newestFirst().isEmpty() && !Files.exists(run.metrics())) {
      return Optional.empty();
    }
    int numServers = job.estimator().parameterServerCount();
    return IntStream.range(0, numServers)
        .mapToObj(server -> StateFiles.problem(shard(server), numServers))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private boolean hasState() {
    return IntStream.range(0, job.estimator().parameterServerCount())
        .anyMatch(server -> Files.exists(shard(server)));
  }

  private Path shard(int server) {
    return run.state().resolve(TaskId.ps(server).name() + ".shard");
  }

  private void requireFits(Checkpoint checkpoint) {
    JobMark mark = checkpoint.manifest().run().job();
    if (mark != null && !Objects.equals(mark, JobMark.of(job))) {
      throw new GradwireException(checkpoint.folder() + ": is of another job than " + run.job());
    }
    requireEvaluated(checkpoint);
  }

  /** In sync mode an evaluation decides, an interval later, whether the run ends. */
  private void requireEvaluated(Checkpoint checkpoint) {
    Training training = job.training();
    String sync = new Consistency.Sync(OptionalInt.empty()).text();
    if (training.stopAt().isEmpty() || !checkpoint.manifest().run().consistency().equals(sync)) {
      return;
    }
    long every = training.evaluateEverySteps();
    long before = (checkpoint.manifest().step() - 1) / every * every;
    boolean isKnown =
        before <= 0
            || MetricsTail.readAll(run.metrics()).stream()
                .anyMatch(line -> line.step() == before && line.isEvaluation());
    if (!isKnown) {
      throw new GradwireException(
          checkpoint.folder()
              + ": the evaluation of step "
              + before
              + ", on which the run's end depends, is not in "
              + run.metrics());
    }
  }

  private Restored restore(
      Checkpoint from, Map<Path, String> refused, String problem, Consumer<String> report) {
    refused.keySet().forEach(checkpoints::setAside);
    long step = from.manifest().step();
    long seen = MetricsLog.forgetBeyond(run.metrics(), step);
    run.dropState();
    change.ifPresent(Runnable::run);
    Restored restored = new Restored(from.name(), step, from.manifest().savedAt(), seen);
    restored.write(run.restored());
    report.accept(
        "restored step %d from %s, %d s old, %d files onto %d servers (%s)"
            .formatted(
                step,
                from.folder(),
                Duration.between(Instant.parse(restored.savedAt()), Instant.now()).toSeconds(),
                from.manifest().files().size(),
                job.estimator().parameterServerCount(),
                problem));
    if (seen > step) {
      report.accept("steps %d to %d are trained again".formatted(step + 1, seen));
    }
    return restored;
  }

  private Optional<Restored> beginAgain(Map<Path, String> refused, Consumer<String> report) {
    refused.keySet().forEach(checkpoints::setAside);
    MetricsLog.forgetBeyond(run.metrics(), 0);
    run.dropState();
    report.accept("neither state nor a whole checkpoint: begun again with the first step");
    return Optional.empty();
  }
}
