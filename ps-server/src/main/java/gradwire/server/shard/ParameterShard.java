package gradwire.server.shard;

import gradwire.error.GradwireException;
import gradwire.server.checkpoint.Checkpoints;
import gradwire.server.checkpoint.Cut;
import gradwire.server.store.ShardStores;
import gradwire.server.sync.Pending;
import gradwire.transport.Farewell;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.ShardService;
import gradwire.transport.ShardSettings;
import gradwire.transport.TensorBuffer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One parameter server's state and its rules. Thread-safe: one lock, held for an apply and an
 * answer at most. Ends ({@link #done}) when every worker has left or is lost.
 */
public final class ParameterShard implements ShardService, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ParameterShard.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final ShardStores stores;
  private final Checkpoints checkpoints;
  private final Absences absences;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final Map<Integer, CompletableFuture<Void>> waitingForOthers = new LinkedHashMap<>();
  private final List<Waiting> waitingForValues = new ArrayList<>();
  private @Nullable ShardRun run;
  private @Nullable GradwireException failure;

  private record Waiting(OpenRequest request, CompletableFuture<OpenReply> reply) {}

  /**
   * @param stores where the shard is kept; what an earlier process left there is gone on with
   * @param checkpoints where they go, and which to begin with
   * @param absences how long a worker whose line broke is waited for
   * @throws GradwireException if an earlier process left something that cannot be gone on with
   */
  public ParameterShard(ShardStores stores, Checkpoints checkpoints, Absences absences) {
    this.stores = stores;
    this.checkpoints = checkpoints;
    this.absences = absences;
    stores.find().ifPresent(this::resume);
  }

  private void resume(ShardStores.Saved saved) {
    ShardSettings settings = saved.chief().settings().orElseThrow();
    ShardRun resumed = ShardRun.resumed(saved, settings, stores.numResumes(), checkpoints);
    run = resumed;
    resumed.watchCuts(this::heed);
    log.info(
        "{}: goes on at step {}, {} updates applied before",
        name(settings),
        resumed.step(),
        resumed.members().totalApplied());
    for (int worker = 0; worker < resumed.members().size(); worker++) {
      if (resumed.members().isAway(worker)) {
        awaitReturn(resumed, worker, "this server was started again");
      }
    }
    membersChanged(resumed);
  }

  /** Completed when the run is over here; exceptionally if a worker was lost. */
  public CompletableFuture<Void> done() {
    return done;
  }

  @Override
  public CompletableFuture<OpenReply> open(OpenRequest request) {
    lock.lock();
    try {
      failIfLost();
      checkChief(request);
      if (run != null) {
        run.checkSame(request);
      }
      if (run == null && request.settings().isPresent()) {
        begin(request, request.settings().get());
      }
      CompletableFuture<OpenReply> reply = new CompletableFuture<>();
      if (run != null && (run.hasValues() || request.settings().isPresent())) {
        answerOpen(run, new Waiting(request, reply));
      } else {
        waitingForValues.add(new Waiting(request, reply));
      }
      return reply;
    } finally {
      lock.unlock();
    }
  }

  private static void checkChief(OpenRequest request) {
    if (request.settings().isPresent() != (request.worker() == 0)) {
      throw new GradwireException(
          "worker-"
              + request.worker()
              + ": expected settings from worker-0 and from no other; is --task_index right?");
    }
  }

  private void begin(OpenRequest request, ShardSettings settings) {
    ShardRun begun = ShardRun.of(request, settings, stores, checkpoints);
    run = begun;
    begun.watchCuts(this::heed);
    log.info(
        "{}: {} floats, {} {}, waits for {} workers",
        name(settings),
        settings.shard().length(),
        settings.consistency(),
        settings.optimizer().name(),
        request.numWorkers());
    if (begun.hasValues()) {
      log.info(
          "{}: restored at step {}, {} updates applied before",
          name(settings),
          begun.step(),
          begun.members().totalApplied());
      answerWaiting(begun);
    }
  }

  private static String name(ShardSettings settings) {
    return "shard " + settings.shard().index() + " of " + settings.numShards();
  }

  /** Server 0 has announced a cut. */
  private void heed(Cut announced) {
    lock.lock();
    try {
      if (run != null && failure == null && !done.isDone()) {
        run.heed(announced);
      }
    } finally {
      lock.unlock();
    }
  }

  private void answerWaiting(ShardRun run) {
    waitingForValues.forEach(waiting -> answerOpen(run, waiting));
    waitingForValues.clear();
  }

  private void answerOpen(ShardRun run, Waiting waiting) {
    try {
      run.admit(waiting.request());
      int worker = waiting.request().worker();
      waiting
          .reply()
          .complete(
              new OpenReply(
                  run.step(),
                  run.hasValues(),
                  run.members().lastDone(worker),
                  run.members().applied(worker),
                  checkpoints.origin()));
    } catch (GradwireException refused) {
      waiting.reply().completeExceptionally(refused);
    }
  }

  @Override
  public void initialize(int worker, int incarnation, TensorBuffer values) {
    try {
      locked(
          run -> {
            failIfLost();
            run.members().check(worker, incarnation);
            if (!run.hasValues()) {
              takeValues(run, worker, values.memory());
            }
            return run;
          });
    } finally {
      values.release();
    }
  }

  private void takeValues(ShardRun run, int worker, MemorySegment values) {
    if (worker != 0) {
      throw new GradwireException("worker-" + worker + ": expected initial values from worker-0");
    }
    checkLength(run, "initial values", values);
    run.takeValues(values);
    answerWaiting(run);
  }

  private static void checkLength(ShardRun run, String what, MemorySegment got) {
    MemorySegment expected = run.memory().weights();
    if (got.byteSize() != expected.byteSize()) {
      throw new GradwireException(
          what
              + ": expected "
              + expected.byteSize() / Float.BYTES
              + " floats, got "
              + got.byteSize() / Float.BYTES
              + "; all tasks must run the same model on the same number of servers");
    }
  }

  @Override
  public long numFloats() {
    return locked(run -> run.settings().shard().length());
  }

  @Override
  public void push(Push push, TensorBuffer gradient, Replier replier) {
    boolean taken = false;
    lock.lock();
    try {
      ShardRun run = begun();
      if (isSoundAndNew(run, push, gradient, replier.line())) {
        taken = true;
        run.policy().push(new Pending(push, gradient, replier));
      } else if (!run.policy().resent(push, replier)) {
        run.reply(replier, run.members().outcomeOf(push));
      }
    } finally {
      lock.unlock();
      if (!taken) {
        gradient.release();
      }
    }
  }

  private boolean isSoundAndNew(ShardRun run, Push push, TensorBuffer gradient, int line) {
    checkMayExchange(run, push.worker(), push.incarnation(), line);
    checkLength(run, push.toString(), gradient.memory());
    run.checkStep(push);
    return run.members().isNew(push);
  }

  private void checkMayExchange(ShardRun run, int worker, int incarnation, int line) {
    failIfLost();
    run.members().check(worker, incarnation);
    run.members().checkPresent(worker);
    run.members().heard(worker, line);
    if (!run.hasValues()) {
      throw new GradwireException(
          "worker-" + worker + ": expected worker-0 to bring initial values first");
    }
  }

  @Override
  public void pull(int worker, int incarnation, OptionalLong step, Replier replier) {
    locked(
        run -> {
          checkMayExchange(run, worker, incarnation, replier.line());
          if (step.isPresent()) {
            run.reply(replier, step.getAsLong());
          } else {
            run.reply(replier, Outcome.NONE);
          }
          return run;
        });
  }

  @Override
  public long declareLastStep(int worker, int incarnation, long step) {
    return locked(
        run -> {
          failIfLost();
          run.members().check(worker, incarnation);
          return run.moveLastStep(step);
        });
  }

  @Override
  public CompletableFuture<Void> awaitOthers(int worker, int incarnation) {
    return locked(
        run -> {
          failIfLost();
          run.members().check(worker, incarnation);
          CompletableFuture<Void> others =
              waitingForOthers.computeIfAbsent(worker, w -> new CompletableFuture<>());
          membersChanged(run);
          return others;
        });
  }

  @Override
  public Farewell leave(int worker, int incarnation) {
    return locked(
        run -> {
          run.members().check(worker, incarnation);
          Farewell farewell = run.members().leave(worker);
          run.policy().left(worker);
          run.publish();
          log.info("worker-{} left at step {}: {}", worker, run.step(), farewell);
          membersChanged(run);
          return farewell;
        });
  }

  @Override
  public void disconnected(int worker, int incarnation, int line, String why) {
    lock.lock();
    try {
      ShardRun run = this.run;
      if (run != null
          && failure == null
          && run.members().contains(worker)
          && run.members().goAway(worker, incarnation, line)) {
        away(run, worker, why);
      }
    } finally {
      lock.unlock();
    }
  }

  private void away(ShardRun run, int worker, String why) {
    boolean hasLeft = run.members().hasLeft(worker);
    if (!hasLeft && (!absences.mayEnd() || !run.policy().awaitsReturn())) {
      lost(run, worker, why);
      return;
    }
    run.policy().away(worker, new GradwireException("worker-" + worker + ": " + why));
    if (hasLeft) {
      run.policy().left(worker);
      membersAreFewer(run);
      return;
    }
    log.warn("worker-{}: away at step {}: {}; waiting for it", worker, run.step(), why);
    awaitReturn(run, worker, why);
  }

  private void awaitReturn(ShardRun run, int worker, String why) {
    long absence = run.members().numAbsences(worker);
    absences.whenTooLong(() -> stillAway(run, worker, absence, why));
  }

  private void stillAway(ShardRun run, int worker, long absence, String why) {
    lock.lock();
    try {
      boolean same = run.members().numAbsences(worker) == absence;
      if (same && run.members().isAway(worker) && failure == null && !done.isDone()) {
        lost(run, worker, why);
      }
    } finally {
      lock.unlock();
    }
  }

  private void lost(ShardRun run, int worker, String why) {
    run.members().lose(worker);
    GradwireException lost =
        new GradwireException(
            "worker-"
                + worker
                + ": lost at step "
                + run.step()
                + " (connection ended without leaving: "
                + why
                + "); see its log");
    boolean goesOn = run.policy().lost(worker, lost);
    log.error("{}; the other workers {}", lost.getMessage(), goesOn ? "go on" : "cannot go on");
    if (!goesOn) {
      abort(lost);
    }
    membersAreFewer(run);
  }

  /** Where nobody waits to hear what came of it. */
  private void membersAreFewer(ShardRun run) {
    try {
      membersChanged(run);
    } catch (GradwireException notSaved) {
      log.error("step {}: {}", run.step(), notSaved.getMessage());
    }
  }

  /** Ends the run here: whoever waits or calls from now on is refused with {@code why}. */
  public void abort(GradwireException why) {
    lock.lock();
    try {
      if (failure == null) {
        failure = why;
        waitingForValues.forEach(waiting -> waiting.reply().completeExceptionally(why));
        waitingForOthers.values().forEach(others -> others.completeExceptionally(why));
        if (run != null) {
          run.policy().abort(why);
        }
        done.completeExceptionally(why);
      }
    } finally {
      lock.unlock();
    }
  }

  private void failIfLost() {
    if (failure != null) {
      throw failure;
    }
  }

  private void membersChanged(ShardRun run) {
    waitingForOthers
        .entrySet()
        .removeIf(
            waiting ->
                run.members().othersStillHere(waiting.getKey()).isEmpty()
                    && waiting.getValue().complete(null));
    if (run.members().allGone() && !done.isDone()) {
      saveFinal(run);
      List<String> lost = run.members().lost();
      if (lost.isEmpty()) {
        done.complete(null);
      } else {
        done.completeExceptionally(
            new GradwireException(
                "ended without " + String.join(", ", lost) + ": lost on the way"));
      }
    }
  }

  private void saveFinal(ShardRun run) {
    try {
      run.saveFinal();
    } catch (GradwireException notSaved) {
      done.completeExceptionally(notSaved);
      throw notSaved;
    }
  }

  /** What this shard did so far; empty before the chief came. */
  public Optional<ShardStatistics> statistics() {
    lock.lock();
    try {
      return Optional.ofNullable(run).map(ShardStatistics::of);
    } finally {
      lock.unlock();
    }
  }

  private <T> T locked(Function<ShardRun, T> action) {
    lock.lock();
    try {
      return action.apply(begun());
    } finally {
      lock.unlock();
    }
  }

  private ShardRun begun() {
    if (run == null) {
      throw new GradwireException(
          "the chief (worker-0) has not brought this server its settings; open a session first");
    }
    return run;
  }

  /** Frees the memory; whoever calls from now on is refused. */
  @Override
  public void close() {
    lock.lock();
    try {
      boolean wellDone = done.isDone() && !done.isCompletedExceptionally();
      abort(new GradwireException("this server has ended"));
      if (run != null) {
        if (!wellDone) {
          run.force();
        }
        run.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
