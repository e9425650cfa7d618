package gradwire.launcher;

import gradwire.cluster.Role;
import gradwire.cluster.TaskId;
import gradwire.run.MetricsLog;
import gradwire.run.Outcome;
import gradwire.run.ProcessUsage;
import gradwire.run.RunFolder;
import gradwire.run.Supervision;
import gradwire.run.TaskReport;
import gradwire.trace.Lane;
import gradwire.trace.Span;
import gradwire.trace.TraceFolder;
import gradwire.trace.Tracer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A role that trains nothing and behaves as the file {@code <task>.behaviour} of its run folder
 * says. Its "address" is its process id, so that a test can find and kill it.
 */
final class FakeRole {
  /** What a role may do. */
  enum Behaviour {
    SUCCEED,
    /** Until asked to stop; then ends well. */
    SERVE,
    /** As {@link #SERVE}; fails if a worker is still there when it is asked to stop. */
    SERVE_ALL_WORKERS,
    /** As a server: until asked to stop; then has done all of its work. */
    SERVE_WELL,
    /** The first start waits until it is killed or stopped; a later one does all of its work. */
    SUCCEED_LATER,
    /** Counts steps in its ledger until the run folder holds a file {@code finish}. */
    TRAIN,
    /** Kills itself at once. */
    DIE,
    /** Until asked to stop; then fails while saving. */
    FAIL_TO_STOP,
    /** Hears "stop" and goes on regardless. */
    DEAF,
    CRASH,
    REPORT_FAILURE,
    /** As a server does that a worker has left in the lurch. */
    MISS_CHIEF,
    END_WITHOUT_REPORT,
    END_EARLY
  }

  private static final long STEP_NANOS = 2_000_000;

  private final TaskId task;
  private final RunFolder folder;
  private final int incarnation;

  private FakeRole(TaskId task, RunFolder folder, int incarnation) {
    this.task = task;
    this.folder = folder;
    this.incarnation = incarnation;
  }

  static void prepare(RunFolder folder, TaskId task, Behaviour behaviour) throws IOException {
    Files.writeString(behaviourFile(folder, task), behaviour.name());
  }

  public static void main(String[] args) throws Exception {
    boolean isPs = option(args, "job_name").equals(Role.PS.jobName());
    int index = Integer.parseInt(option(args, "task_index"));
    RunFolder folder = new RunFolder(Path.of(option(args, "run_folder")));
    FakeRole role =
        new FakeRole(
            isPs ? TaskId.ps(index) : TaskId.worker(index),
            folder,
            Integer.parseInt(option(args, "incarnation")));
    if (!Arrays.asList(args).contains("--supervised")) {
      throw new IllegalArgumentException("expected --supervised");
    }
    role.behave(Behaviour.valueOf(Files.readString(behaviourFile(folder, role.task))));
  }

  private void behave(Behaviour behaviour) throws InterruptedException, IOException {
    CountDownLatch stopAsked = new CountDownLatch(1);
    Supervision.watch(System.in, stopAsked::countDown);
    folder.publishAddress(task, String.valueOf(ProcessHandle.current().pid()));
    System.out.println(task + " " + behaviour.name().toLowerCase(Locale.ROOT));
    switch (behaviour) {
      case SUCCEED -> succeed();
      case SERVE -> {
        stopAsked.await();
        report(Outcome.STOPPED, null, Map.of());
      }
      case SERVE_ALL_WORKERS -> {
        stopAsked.await();
        boolean isNeeded =
            Stream.of(0, 1)
                .map(index -> folder.pid(TaskId.worker(index)))
                .anyMatch(pid -> ProcessFile.findRunning(pid).isPresent());
        if (isNeeded) {
          report(Outcome.FAILED, "expected all workers to have ended", Map.of());
          System.exit(1);
        }
        report(Outcome.STOPPED, null, Map.of());
      }
      case SERVE_WELL -> {
        stopAsked.await();
        succeed();
      }
      case SUCCEED_LATER -> {
        if (incarnation > 0) {
          succeed();
        } else {
          stopAsked.await();
          report(Outcome.STOPPED, null, Map.of());
        }
      }
      case TRAIN -> {
        train();
        succeed();
      }
      case DIE ->
          new ProcessBuilder("kill", "-9", String.valueOf(ProcessHandle.current().pid()))
              .start()
              .waitFor();
      case FAIL_TO_STOP -> {
        stopAsked.await();
        report(Outcome.FAILED, "checkpoint: disk full", Map.of());
        System.exit(1);
      }
      case DEAF -> {
        stopAsked.await();
        System.out.println("stop? never");
        new CountDownLatch(1).await();
      }
      case CRASH -> throw new IllegalStateException("boom", new IOException("no such shard"));
      case REPORT_FAILURE -> {
        report(Outcome.FAILED, "data_dir: expected MNIST files, got none", Map.of());
        System.exit(1);
      }
      case MISS_CHIEF -> {
        Processes.awaitStarted(folder, TaskId.worker(0));
        report(Outcome.FAILED, "worker-0: lost at step 3; see its log", Map.of());
        System.exit(1);
      }
      case END_WITHOUT_REPORT -> {}
      case END_EARLY -> report(Outcome.STOPPED, null, Map.of());
    }
  }

  private void train() throws IOException {
    Path ledger = RunFolder.ledger(folder.state(), task.index(), incarnation);
    long steps = 0;
    while (!Files.exists(folder.root().resolve("finish"))) {
      Path next = ledger.resolveSibling(task.name() + ".next");
      Files.writeString(next, ++steps + "\n");
      Files.move(next, ledger, StandardCopyOption.REPLACE_EXISTING);
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  private void succeed() {
    try (Tracer tracer = new TraceFolder(folder).tracer(task)) {
      Lane lane = tracer.lane("step");
      lane.end(Span.BATCH, lane.begin(), 0);
    }
    if (task.isChief()) {
      try (MetricsLog metrics = new MetricsLog(folder.metrics(), InstantSource.system())) {
        metrics.append(10, new TreeMap<>(Map.of("loss", 0.5)));
        metrics.append(20, new TreeMap<>(Map.of("loss", 0.25, "testAccuracy", 0.9)));
      }
    }
    report(
        Outcome.SUCCEEDED,
        null,
        switch (task.role()) {
          case PS -> Map.of("updatesApplied", 20.0);
          case WORKER ->
              Map.of("updatesAcknowledged", 20.0, "globalSteps", 20.0, "metric.testAccuracy", 0.9);
        });
  }

  private void report(Outcome outcome, @Nullable String error, Map<String, Double> counters) {
    SortedMap<String, Double> sorted = new TreeMap<>(counters);
    ProcessUsage usage = ProcessUsage.now();
    new TaskReport(
            task.name(),
            incarnation,
            outcome,
            error,
            usage.peakRssBytes(),
            usage.cpuSeconds(),
            sorted,
            new TreeMap<>())
        .write(folder.report(task));
  }

  private static Path behaviourFile(RunFolder folder, TaskId task) {
    return folder.root().resolve(task + ".behaviour");
  }

  private static String option(String[] args, String name) {
    return Arrays.stream(args)
        .filter(arg -> arg.startsWith("--" + name + "="))
        .map(arg -> arg.substring(name.length() + 3))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("expected --" + name));
  }
}
