package gradwire.trace;

import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.run.AtomicFiles;
import gradwire.run.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's trace: {@code trace/clock.json}, whose being there says that tasks shall record, {@code
 * trace/<task>.json} by each task at its end, and {@code trace.json}, all of them in one. A server
 * thus needs no job file to know. Immutable.
 */
public record TraceFolder(RunFolder run) {
  private static final Logger log = LoggerFactory.getLogger(TraceFolder.class);

  /** Makes this run one that is traced; before its tasks start. The run's time is 0 now. */
  public void prepare() {
    AtomicFiles.write(clock(), TraceClock.startingNow(InstantSource.system()).toJson());
  }

  /** What {@code task} records with; {@link Tracer#OFF} unless the run is traced. */
  public Tracer tracer(TaskId task) {
    return Files.exists(clock())
        ? new Recorder(
            task,
            TraceClock.read(clock()).here(InstantSource.system()),
            file(task),
            Recorder.CAPACITY)
        : Tracer.OFF;
  }

  /** As {@link #tracer(TaskId)}; without a run folder there is nowhere to record to. */
  public static Tracer tracer(Optional<RunFolder> run, TaskId task) {
    return run.map(folder -> new TraceFolder(folder).tracer(task)).orElse(Tracer.OFF);
  }

  /**
   * Makes one trace of what the tasks left; after they have ended. Nothing to do unless the run is
   * traced; a failure is a warning in the log.
   */
  public void merge(List<TaskId> tasks) {
    if (!Files.exists(clock())) {
      return;
    }
    List<Path> files = tasks.stream().map(this::file).filter(Files::exists).toList();
    try {
      new TraceMerge(files).write(merged());
    } catch (GradwireException noTrace) {
      log.warn("no trace: {}", noTrace.getMessage());
    }
  }

  /** All tasks' traces in one. */
  public Path merged() {
    return run.root().resolve("trace.json");
  }

  /** What {@code task} leaves at its end; a later incarnation replaces it. */
  Path file(TaskId task) {
    return run.root().resolve("trace").resolve(task.name() + ".json");
  }

  private Path clock() {
    return run.root().resolve("trace").resolve("clock.json");
  }
}
