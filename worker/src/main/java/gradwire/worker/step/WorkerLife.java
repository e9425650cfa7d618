package gradwire.worker.step;

import gradwire.config.Consistency;
import gradwire.membership.Assignment;
import gradwire.membership.Membership;
import gradwire.run.Outcome;
import gradwire.trace.Lane;
import gradwire.transport.ShardConnection;
import gradwire.transport.StaleIncarnationException;
import gradwire.transport.Weights;
import gradwire.worker.program.TrainingTask;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker that computes the replicas it is assigned, as they come and go. Whenever they change it
 * closes all lines and takes over what is its then, just as a worker that was started again does:
 * the servers say where each replica is. One thread.
 */
final class WorkerLife implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorkerLife.class);

  /** How often a worker without replicas looks whether it is asked to leave. */
  private static final long LOOK_UP_MILLIS = 100;

  private final WorkerSetup setup;
  private final TrainingTask task;
  private final Membership membership;
  private final Consistency consistency;
  private final InstantSource clock;
  private final Lane lane;
  private final WorkerRun.Requests requests;
  private final ReplicaOpener opener;
  private final boolean inStep;

  // Turns that are over, incarnations by replica: another has taken it, or all is done.
  private final Map<Integer, Integer> taken = new HashMap<>();
  private final Map<Integer, Integer> done = new HashMap<>();

  /** What is being computed, incarnations by replica. */
  private SortedMap<Integer, Integer> mine = new TreeMap<>();

  /** The last assignment that {@link #mine} was compared with, and what came of it. */
  private long comparedVersion;

  private boolean hasGained;
  private boolean hasChanged;

  private boolean hasBegun;
  private boolean hasEnded;
  private @Nullable ChiefDuties duties;
  private int chiefsTurn;
  private boolean dutiesResumed;
  private ChiefResult result = ChiefResult.NONE;
  private Weights last = new Weights(gradwire.transport.Outcome.NONE, 0, Long.MAX_VALUE);
  private String carrier = "";

  WorkerLife(
      WorkerSetup setup,
      TrainingTask task,
      Consistency consistency,
      Membership membership,
      Supplier<List<ShardConnection>> connect,
      InstantSource clock,
      Lane lane,
      WorkerRun.Requests requests) {
    this.setup = setup;
    this.task = task;
    this.membership = membership;
    this.consistency = consistency;
    this.clock = clock;
    this.lane = lane;
    this.requests = requests;
    this.opener = new ReplicaOpener(setup, task, consistency, connect, clock, lane);
    this.inStep = isInStep(consistency, setup.numReplicas());
  }

  /** Whether every step needs every replica's gradient: none is ever ahead of another. */
  static boolean isInStep(Consistency consistency, int numReplicas) {
    return consistency instanceof Consistency.Sync(var replicas)
        && replicas.orElse(numReplicas) == numReplicas;
  }

  /** Until the run is over, or this worker leaves it. */
  WorkerOutcome run() {
    while (!requests.leave()) {
      Assignment assignment = membership.assignment();
      dropAllBut(assignment);
      mine = toDo(assignment);
      compared(assignment);
      if (!mine.isEmpty()) {
        compute();
      } else if (allIsDone(assignment)) {
        if (membership.retire(assignment)) {
          return ended();
        }
      } else if (membership.isFinished()) {
        return ended();
      } else {
        var unused = membership.awaitNewerThan(assignment.version(), LOOK_UP_MILLIS);
      }
    }
    return leave();
  }

  /** Where nobody comes and nobody goes, that is so without a replica, too. */
  private boolean allIsDone(Assignment assignment) {
    return assignment.incarnations().isEmpty()
        ? !membership.isElastic()
        : done.entrySet().containsAll(assignment.incarnations().entrySet());
  }

  private WorkerOutcome ended() {
    return outcome(
        requests.stop() && last.step() < task.trainSteps() ? Outcome.STOPPED : Outcome.SUCCEEDED);
  }

  private WorkerOutcome leave() {
    dropAllBut(Assignment.none(0));
    membership.leave();
    log.info("{}: left the run after step {}", setup.task(), last.step());
    return outcome(Outcome.LEFT);
  }

  /** Lets go of what was here of replicas that are another's. */
  private void dropAllBut(Assignment assignment) {
    for (int replica : opener.kept()) {
      Integer incarnation = assignment.incarnations().get(replica);
      if (incarnation == null || taken.getOrDefault(replica, -1) >= incarnation) {
        opener.drop(replica);
      }
    }
    if (!opener.kept().contains(0)) {
      abandonDuties();
    }
  }

  private void abandonDuties() {
    if (duties != null) {
      duties.abandon();
      duties = null;
    }
  }

  private SortedMap<Integer, Integer> toDo(Assignment assignment) {
    SortedMap<Integer, Integer> open = new TreeMap<>(assignment.incarnations());
    open.entrySet()
        .removeIf(
            turn ->
                taken.getOrDefault(turn.getKey(), -1) >= turn.getValue()
                    || done.getOrDefault(turn.getKey(), -1) >= turn.getValue());
    return open;
  }

  /** Looks whether the assignment has changed; mostly the read of a volatile field. */
  private void compare() {
    Assignment now = membership.assignment();
    if (now.version() != comparedVersion) {
      SortedMap<Integer, Integer> next = toDo(now);
      hasChanged = !next.equals(mine);
      hasGained = !mine.entrySet().containsAll(next.entrySet());
      comparedVersion = now.version();
    }
  }

  private void compared(Assignment assignment) {
    comparedVersion = assignment.version();
    hasChanged = false;
    hasGained = false;
  }

  /**
   * While servers are waited for: a replica that has lost its owner may be what they wait for, too.
   */
  private void whileWaiting() {
    compare();
    if (hasGained) {
      throw new AssignmentChangedException();
    }
  }

  /** Computes {@link #mine} until all is done, or they are others. */
  private void compute() {
    List<ReplicaSession> sessions;
    try {
      sessions = opener.open(mine, this::whileWaiting, this::isTaken);
    } catch (AssignmentChangedException other) {
      return;
    }
    if (sessions.isEmpty()) {
      return;
    }
    try (HeldReplicas replicas = new HeldReplicas(sessions, opener.isTogether())) {
      replicas.watch(this::whileWaiting);
      train(replicas);
      finish(replicas);
    } catch (AssignmentChangedException other) {
      log.info("{}: after step {} to compute other replicas", setup.task(), last.step());
    } catch (StaleIncarnationException another) {
      if (!membership.isElastic()) {
        throw another;
      }
      log.info("{}: after step {}: {}", setup.task(), last.step(), another.getMessage());
    }
  }

  private void isTaken(int replica, int incarnation, StaleIncarnationException why) {
    if (!membership.isElastic()) {
      throw why;
    }
    log.info("{}: {}", setup.task(), why.getMessage());
    taken.put(replica, incarnation);
  }

  private void train(HeldReplicas replicas) {
    attend(replicas);
    Weights first = firstWeights(replicas);
    if (hasBegun || replicas.all().stream().anyMatch(session -> session.sequence() > 0)) {
      log.info(
          "{}: replicas {} from step {} on",
          setup.task(),
          replicas.all().stream().map(ReplicaSession::replica).toList(),
          first.step());
    }
    resume(replicas, first);
    carrier = replicas.first().servers().carrier();
    TrainingLoop loop =
        new TrainingLoop(
            setup.training().seed(),
            task,
            replicas,
            membership,
            lane,
            (weights, loss) -> between(replicas, weights, loss));
    replicas.all().forEach(session -> session.counters().trainingBegins());
    if (!hasBegun) {
      hasBegun = true;
      task.listener().trainingBegins();
    }
    last = loop.run(first);
    replicas.all().forEach(session -> session.counters().trainingEnds());
  }

  /**
   * A replica that had an owner before goes on from where every server is: one may be a step ahead,
   * but no more if it needs this replica's gradient for each.
   */
  private Weights firstWeights(HeldReplicas replicas) {
    boolean mayBeAhead =
        inStep && (hasBegun || mine.values().stream().anyMatch(incarnation -> incarnation > 0));
    return replicas.pull(
        mayBeAhead ? OptionalLong.of(replicas.first().joined().step()) : OptionalLong.empty());
  }

  private Weights between(HeldReplicas replicas, Weights weights, double loss) {
    last = weights;
    compare();
    if (hasChanged || requests.leave()) {
      var unused = replicas.awaitAll();
      throw new AssignmentChangedException();
    }
    return duties == null ? weights : duties.betweenSteps(weights, loss);
  }

  /** Takes the chief's duties up where replica 0 is here; it may have been taken just now. */
  private void attend(HeldReplicas replicas) {
    if (replicas.chief().isEmpty()) {
      abandonDuties();
      return;
    }
    int turn = mine.getOrDefault(0, 0);
    if (duties != null && chiefsTurn == turn) {
      duties.goOnWith(replicas);
      return;
    }
    abandonDuties();
    duties = new ChiefDuties(setup, task, replicas, turn, consistency, clock, requests::stop);
    chiefsTurn = turn;
    dutiesResumed = false;
  }

  private void resume(HeldReplicas replicas, Weights first) {
    boolean hadChief = chiefsTurn > 0 || replicas.first().sequence() > 0;
    if (duties != null && !dutiesResumed && replicas.chief().isPresent() && hadChief) {
      duties.resumeAt(first.step());
    }
    dutiesResumed = true;
  }

  /** The last step is done: goodbye to the servers, the chief after all others. */
  private void finish(HeldReplicas replicas) {
    if (!hasEnded) {
      hasEnded = true;
      task.listener().trainingEnds();
    }
    for (ReplicaSession session : replicas.all()) {
      if (session.replica() != 0) {
        leave(session);
      }
    }
    replicas.chief().ifPresent(this::finishAsChief);
  }

  private void finishAsChief(ReplicaSession chief) {
    ChiefDuties present = duties;
    if (present == null) {
      throw new IllegalStateException("a chief without duties");
    }
    chief.servers().awaitOthers();
    chief.servers().watch(() -> {});
    last = chief.servers().pull(OptionalLong.empty());
    String sha256 = FinalModel.save(task, last.step(), setup.model());
    SortedMap<String, Double> metrics = present.finish(last.step());
    leave(chief);
    result = new ChiefResult(metrics, sha256, present.reached());
  }

  /** Once begun, it is gone through with: who has left one server can't go on with the others. */
  private void leave(ReplicaSession session) {
    session.servers().watch(() -> {});
    var unused = session.servers().leave();
    done.put(session.replica(), mine.getOrDefault(session.replica(), 0));
  }

  private WorkerOutcome outcome(Outcome ending) {
    return new WorkerOutcome(
        ending,
        last.step(),
        opener.counters(),
        task.engine().backend(),
        carrier,
        task.engine().layout().numFloats() * Float.BYTES,
        result.metrics(),
        result.sha256(),
        result
            .reached()
            .map(reached -> OptionalLong.of(reached.step()))
            .orElse(OptionalLong.empty()),
        result.reached().map(BackgroundEvaluation.Reached::atEpochSeconds).orElse(Double.NaN));
  }

  @Override
  public void close() {
    if (duties != null) {
      duties.close();
    }
    opener.close();
  }
}
