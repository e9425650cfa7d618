package gradwire.launcher;

import gradwire.cluster.TaskId;
import gradwire.config.JobFile;
import gradwire.config.Training;
import gradwire.error.GradwireException;
import gradwire.run.RunAccount;
import gradwire.run.RunEnding;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import gradwire.run.TaskProcess;
import gradwire.run.TaskReport;
import gradwire.run.TaskResult;
import gradwire.server.ParameterServer;
import gradwire.trace.ServerTrace;
import gradwire.trace.TraceFolder;
import gradwire.trace.Tracer;
import gradwire.transport.ShardConnection;
import gradwire.transport.inprocess.InProcessShardConnection;
import gradwire.worker.WorkerTask;
import gradwire.worker.program.FlagValues;
import gradwire.worker.program.TrainingProgram;
import gradwire.worker.step.WorkerSetup;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The {@code inprocess} compute target: every task a thread of this JVM, the same code as a process
 * but for the channel. One thread starts and watches them.
 */
public final class InProcessLauncher {
  private static final Duration TICK = Duration.ofMillis(200);
  private static final Duration CHIEF_WITHIN = Duration.ofMinutes(10);

  private final LocalRun run;
  private final TrainingProgram program;
  private final FlagValues flags;
  private final Training training;
  private final boolean useGpu;
  private final RunControl control;
  private final RunObserver observer;
  private final InstantSource clock;
  private final List<ParameterServer> servers = new ArrayList<>();
  private final List<WorkerTask> workers = new ArrayList<>();
  private final Map<TaskId, TaskReport> reports = new ConcurrentHashMap<>();
  private final Map<TaskId, Tracer> tracers = new ConcurrentHashMap<>();
  private boolean stopped;

  /**
   * A task that is over.
   *
   * @param error why it failed, null if it didn't
   */
  private record Ended(TaskId task, @Nullable String error) {}

  public InProcessLauncher(
      LocalRun run,
      TrainingProgram program,
      FlagValues flags,
      JobFile job,
      RunControl control,
      RunObserver observer,
      InstantSource clock) {
    this.run = run;
    this.program = program;
    this.flags = flags;
    this.training = job.training();
    this.useGpu = job.estimator().useGpu();
    this.control = control;
    this.observer = observer;
    this.clock = clock;
  }

  /** Runs to the end, whichever; blocks. The result is in the run folder, too. */
  public RunResult awaitResult() {
    try (LauncherPid pid = LauncherPid.claim(run.folder())) {
      @Nullable String error = awaitEnd();
      new TraceFolder(run.folder()).merge(run.tasks());
      RunStatus status =
          error != null ? RunStatus.FAILED : stopped ? RunStatus.STOPPED : RunStatus.SUCCEEDED;
      RunResult result =
          new RunAccount(
                  new RunEnding(status, error, run.launchedAt(), clock.instant()),
                  run.target(),
                  run.tasks(),
                  reports)
              .result();
      result.write(run.folder().result());
      return result;
    }
  }

  private @Nullable String awaitEnd() {
    ExecutorService threads =
        Executors.newCachedThreadPool(Thread.ofPlatform().name("task-", 0).factory());
    try {
      CompletionService<Ended> tasks = new ExecutorCompletionService<>(threads);
      startServers(tasks);
      startWorkers(tasks);
      return watch(tasks);
    } finally {
      threads.shutdown();
      servers.forEach(ParameterServer::close);
    }
  }

  private void startServers(CompletionService<Ended> tasks) {
    for (int i = 0; i < run.numServers(); i++) {
      TaskId task = TaskId.ps(i);
      ParameterServer server =
          new ParameterServer(task.name(), Optional.of(run.folder().checkpoints()));
      servers.add(server);
      start(tasks, task, () -> server.awaitEnd(CHIEF_WITHIN));
    }
  }

  private void startWorkers(CompletionService<Ended> tasks) {
    for (int i = 0; i < run.numWorkers(); i++) {
      TaskId task = TaskId.worker(i);
      PrintStream out = log(task);
      WorkerTask worker = new WorkerTask(setup(task, out), this::connect);
      workers.add(worker);
      start(
          tasks,
          task,
          () -> {
            try (out) {
              return worker.run();
            }
          });
    }
  }

  /** What the task records with; the same one every time. */
  private Tracer tracer(TaskId task) {
    return tracers.computeIfAbsent(task, new TraceFolder(run.folder())::tracer);
  }

  private WorkerSetup setup(TaskId task, PrintStream out) {
    Optional<Path> metrics = Optional.of(run.folder().metrics()).filter(path -> task.isChief());
    Optional<Path> model = Optional.of(run.folder().model()).filter(path -> task.isChief());
    return new WorkerSetup(
        task,
        0,
        run.numWorkers(),
        training,
        useGpu,
        program,
        flags,
        Path.of(""),
        out,
        metrics,
        model,
        tracer(task));
  }

  private List<ShardConnection> connect() {
    Duration timeout = Duration.ofSeconds(training.waitTimeoutSeconds());
    List<ShardConnection> connections = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      TaskId server = TaskId.ps(i);
      ServerTrace trace = new ServerTrace(tracer(server), i);
      connections.add(
          new InProcessShardConnection(server.name(), servers.get(i).service(), timeout, trace));
    }
    return connections;
  }

  private PrintStream log(TaskId task) {
    try {
      return new PrintStream(
          new BufferedOutputStream(Files.newOutputStream(run.folder().log(task)), 1 << 16),
          false,
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new GradwireException(
          run.folder().log(task) + ": cannot write (" + e.getMessage() + ")", e);
    }
  }

  private void start(CompletionService<Ended> tasks, TaskId task, Callable<TaskResult> body) {
    var unused = tasks.submit(() -> end(task, body));
  }

  private Ended end(TaskId task, Callable<TaskResult> body) {
    try (Tracer _ = tracer(task)) {
      reports.put(task, TaskProcess.describe(task, 0, body.call(), null));
      return new Ended(task, null);
    } catch (GradwireException failure) {
      return new Ended(task, String.valueOf(failure.getMessage()));
    } catch (Throwable failure) {
      return new Ended(task, String.valueOf(failure));
    }
  }

  /** Waits for all tasks; the first failure ends the others. */
  private @Nullable String watch(CompletionService<Ended> tasks) {
    Failures failures = new Failures();
    @Nullable String late = null;
    for (int running = run.tasks().size(); running > 0; ) {
      observer.tick();
      handleStop();
      Ended ended = poll(tasks);
      if (ended != null) {
        running--;
        if (ended.error() != null) {
          failures.add(ended.task(), ended.error());
          abort(ended.error());
        }
      }
      if (late == null && failures.cause().isEmpty() && timeIsUp()) {
        late =
            "run: expected to end within estimator.max_run_duration_seconds = "
                + run.maxRunDuration().toSeconds()
                + ", got no end; allow more time or fewer steps";
        abort(late);
      }
    }
    return late != null ? late : failures.cause().orElse(null);
  }

  private void handleStop() {
    if (control.stopAsked() && !stopped) {
      stopped = true;
      workers.forEach(WorkerTask::requestStop);
    }
    if (control.killAsked()) {
      abort("run: ended at the second request to stop");
    }
  }

  private void abort(String why) {
    servers.forEach(server -> server.abort(why));
  }

  private boolean timeIsUp() {
    return Duration.between(run.launchedAt(), clock.instant()).compareTo(run.maxRunDuration()) > 0;
  }

  private static @Nullable Ended poll(CompletionService<Ended> tasks) {
    try {
      Future<Ended> ended = tasks.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
      return ended == null ? null : ended.resultNow();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GradwireException("run: interrupted", e);
    }
  }
}
