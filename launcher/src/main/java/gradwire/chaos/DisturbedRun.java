package gradwire.chaos;

import gradwire.cluster.TaskId;
import gradwire.error.GradwireException;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One run under a schedule of disturbances, which comes one after the other, each when the run has
 * recovered from the one before: when the victim is back and all workers take steps again. One
 * thread.
 */
public final class DisturbedRun {
  private static final long POLL_MILLIS = 5;

  /** Of a slowed process, the time it stands and the time it goes. */
  private static final Duration TURN = Duration.ofMillis(50);

  private final Launches launches;
  private final RunFolder folder;
  private final Duration recoveryLimit;
  private final Consumer<String> out;
  private final StepWatch steps;
  private final long beganNanos = System.nanoTime();
  private final List<Recovery> recoveries = new ArrayList<>();
  private Process launcher;
  private final List<TaskId> tasks;
  private int numKills;
  private int numMachineLosses;

  /**
   * Starts the run's launcher; it ends with this process, but for a {@code kill -9}.
   *
   * @param recoveryLimit how long a recovery may take, and the run's start
   * @param out takes a line an event
   * @throws GradwireException if no process can be started
   */
  public DisturbedRun(
      Launches launches,
      RunFolder folder,
      List<TaskId> tasks,
      Duration recoveryLimit,
      Consumer<String> out) {
    this.launches = launches;
    this.folder = folder;
    this.recoveryLimit = recoveryLimit;
    this.out = out;
    this.tasks = List.copyOf(tasks);
    this.steps = new StepWatch(folder, tasks);
    this.launcher = started(launches::launch);
  }

  /**
   * How it went.
   *
   * @param numKills how many kills hit a living process
   * @param numMachineLosses how often all processes and the state were lost
   * @param recoveries after kills, in order
   * @param seconds from the first launch to the end
   * @param result what the run left, if it ended
   * @param problem why there is no result, or why it was given up
   */
  public record Account(
      int numKills,
      int numMachineLosses,
      List<Recovery> recoveries,
      double seconds,
      Optional<RunResult> result,
      Optional<String> problem) {
    public Account {
      recoveries = List.copyOf(recoveries);
    }
  }

  /** Runs to the end; blocks. */
  public Account run(List<Disturbance> schedule) {
    Thread guard = new Thread(this::end);
    Runtime.getRuntime().addShutdownHook(guard);
    try {
      Optional<String> problem = disturb(schedule);
      if (problem.isPresent()) {
        end();
      }
      launcher.waitFor();
      return account(result(), problem.or(this::failure));
    } catch (InterruptedException e) {
      end();
      Thread.currentThread().interrupt();
      return account(Optional.empty(), Optional.of("interrupted"));
    } finally {
      Runtime.getRuntime().removeShutdownHook(guard);
    }
  }

  private Account account(Optional<RunResult> result, Optional<String> problem) {
    return new Account(numKills, numMachineLosses, recoveries, seconds(), result, problem);
  }

  /** A launcher that stands still hears nothing. */
  private void end() {
    Signals.goOn(launcher.pid());
    launcher.destroy();
  }

  /** Empty if all went as it should, or the run has ended before it was through. */
  private Optional<String> disturb(List<Disturbance> schedule) throws InterruptedException {
    if (!awaitSteps()) {
      return launcher.isAlive() ? tooSlow("start") : Optional.empty();
    }
    for (Disturbance next : schedule) {
      if (hasEndedWithin(next.after()) || !strike(next)) {
        return launcher.isAlive() ? tooSlow(next.text()) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private Optional<String> tooSlow(String what) {
    return Optional.of(
        what
            + ": expected all workers to take steps within "
            + recoveryLimit.toSeconds()
            + " s, they do not; see "
            + folder.root());
  }

  /** Whether the run goes on. */
  private boolean strike(Disturbance next) throws InterruptedException {
    Optional<ProcessHandle> found = awaitProcess(next.victim());
    if (found.isEmpty()) {
      return false;
    }
    ProcessHandle victim = found.get();
    String line =
        String.format(
            Locale.ROOT,
            "%7.2f s  %s (process %d) near step %d",
            seconds(),
            next.text(),
            victim.pid(),
            steps.lastStep());
    return switch (next) {
      case Disturbance.Kill kill -> kill(kill.victim(), victim, line);
      case Disturbance.MachineLoss _ -> loseMachine(victim, line);
      case Disturbance.Pause pause -> {
        stop(victim, pause.length());
        yield awaitSteps(line);
      }
      case Disturbance.Slow slow -> {
        slow(victim, slow.length());
        yield awaitSteps(line);
      }
    };
  }

  /** Empty if the run ends first: its tasks are on their way out. */
  private Optional<ProcessHandle> awaitProcess(Victim victim) throws InterruptedException {
    Optional<ProcessHandle> found = victim.findProcess(folder);
    while (found.isEmpty() && !launcher.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      found = victim.findProcess(folder);
    }
    return found;
  }

  private boolean kill(Victim victim, ProcessHandle process, String line)
      throws InterruptedException {
    long killedNanos = System.nanoTime();
    if (process.destroyForcibly()) {
      numKills++;
    }
    steps.reset();
    if (victim instanceof Victim.Launcher && !resumed(line)) {
      return false;
    }
    return recovers(victim, process, line, killedNanos);
  }

  /** Whether the dead launcher's run has another one now; not if it had just ended. */
  private boolean resumed(String line) throws InterruptedException {
    launcher.waitFor();
    if (hasSucceeded()) {
      out.accept(line + ": the run had just ended");
      return false;
    }
    launcher = started(launches::resume);
    return true;
  }

  /** The launcher first: it starts nobody again. */
  private boolean loseMachine(ProcessHandle process, String line) throws InterruptedException {
    long killedNanos = System.nanoTime();
    List<ProcessHandle> all = new ArrayList<>(List.of(process));
    for (TaskId task : tasks) {
      new Victim.Task(task).findProcess(folder).ifPresent(all::add);
    }
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(each -> each.onExit().join());
    launcher.waitFor();
    if (!hasSucceeded()) {
      folder.dropState();
      numMachineLosses++;
    }
    steps.beginAgain();
    return resumed(line) && recovers(new Victim.Machine(), process, line, killedNanos);
  }

  private boolean recovers(Victim victim, ProcessHandle process, String line, long killedNanos)
      throws InterruptedException {
    if (!await(() -> isBack(victim, process))) {
      out.accept(line + ": " + ending());
      return false;
    }
    double backSeconds = (System.nanoTime() - killedNanos) / 1e9;
    boolean goesOn = awaitSteps();
    double stepSeconds = (System.nanoTime() - killedNanos) / 1e9;
    if (goesOn) {
      recoveries.add(new Recovery(victim, stepSeconds));
    }
    out.accept(
        line
            + String.format(Locale.ROOT, ": back after %.2f s, ", backSeconds)
            + (goesOn ? String.format(Locale.ROOT, "steps after %.2f s", stepSeconds) : ending()));
    return goesOn;
  }

  private boolean isBack(Victim victim, ProcessHandle before) {
    return victim.findProcess(folder).filter(now -> !now.equals(before)).isPresent();
  }

  private void stop(ProcessHandle process, Duration length) throws InterruptedException {
    Signals.stop(process.pid());
    hasEndedWithin(length);
    Signals.goOn(process.pid());
  }

  private void slow(ProcessHandle process, Duration length) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + length.toNanos();
    while (System.nanoTime() < deadlineNanos && process.isAlive() && !hasEndedWithin(TURN)) {
      stop(process, TURN);
    }
  }

  private boolean awaitSteps(String line) throws InterruptedException {
    long continuedNanos = System.nanoTime();
    steps.reset();
    boolean goesOn = awaitSteps();
    double seconds = (System.nanoTime() - continuedNanos) / 1e9;
    out.accept(
        line
            + ": "
            + (goesOn ? String.format(Locale.ROOT, "steps after %.2f s", seconds) : ending()));
    return goesOn;
  }

  private double seconds() {
    return (System.nanoTime() - beganNanos) / 1e9;
  }

  private String ending() {
    return launcher.isAlive() ? "no steps any more" : "the run has ended";
  }

  private boolean hasEndedWithin(Duration time) throws InterruptedException {
    return launcher.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private boolean awaitSteps() throws InterruptedException {
    return await(steps::goesOn);
  }

  /** Whether {@code condition} holds before the run ends and within the limit. */
  private boolean await(BooleanSupplier condition) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + recoveryLimit.toNanos();
    while (!condition.getAsBoolean()) {
      if (launcher.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)
          || System.nanoTime() > deadlineNanos) {
        return false;
      }
    }
    return true;
  }

  private boolean hasSucceeded() {
    return result().filter(result -> result.status() == RunStatus.SUCCEEDED).isPresent();
  }

  private Optional<RunResult> result() {
    try {
      return Files.exists(folder.result())
          ? Optional.of(RunResult.read(folder.result()))
          : Optional.empty();
    } catch (GradwireException damaged) {
      return Optional.empty();
    }
  }

  /** Of a launcher that was refused or broke: what it said. */
  private Optional<String> failure() {
    return hasSucceeded()
        ? Optional.empty()
        : Optional.of(
            result().map(result -> String.valueOf(result.error())).orElseGet(launches::said));
  }

  /** Something that starts a process. */
  @FunctionalInterface
  private interface Start {
    Process start() throws IOException;
  }

  private static Process started(Start start) {
    try {
      return start.start();
    } catch (IOException e) {
      throw new GradwireException(
          "launcher: expected to start a Java process, got " + e + "; free memory", e);
    }
  }
}
