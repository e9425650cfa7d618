package gradwire.worker.step;

import gradwire.config.Consistency;
import gradwire.run.UpdateLedger;
import gradwire.trace.Lane;
import gradwire.transport.ShardConnection;
import gradwire.transport.StaleIncarnationException;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.StepVectors;
import gradwire.worker.program.TrainingTask;
import gradwire.worker.step.ServerGroup.Joined;
import gradwire.worker.step.ServerGroup.Vectors;
import gradwire.worker.step.WorkerCounters.Turn;
import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Takes replicas over: lines to all servers, vectors, the ledger. One thread. */
final class ReplicaOpener implements AutoCloseable {
  private final WorkerSetup setup;
  private final TrainingTask task;
  private final Consistency consistency;
  private final Supplier<List<ShardConnection>> connect;
  private final InstantSource clock;
  private final Lane lane;
  private final SortedMap<Integer, Turn> turns = new TreeMap<>();

  ReplicaOpener(
      WorkerSetup setup,
      TrainingTask task,
      Consistency consistency,
      Supplier<List<ShardConnection>> connect,
      InstantSource clock,
      Lane lane) {
    this.setup = setup;
    this.task = task;
    this.consistency = consistency;
    this.connect = connect;
    this.clock = clock;
    this.lane = lane;
  }

  /** What is told of replicas that cannot be had. */
  interface Refused {
    /** Another has taken the replica. */
    void taken(int replica, int incarnation, StaleIncarnationException why);
  }

  /**
   * Opens those of {@code replicas} that no other has taken, in ascending order: once the first is
   * open everywhere, no server's step that needs it goes on without this worker.
   *
   * @param replicas incarnations by replica
   * @param whileWaiting see {@link ShardConnection#watch}
   */
  List<ReplicaSession> open(
      SortedMap<Integer, Integer> replicas, Runnable whileWaiting, Refused refused) {
    List<ReplicaSession> sessions = new ArrayList<>();
    HeldSteps held = new HeldSteps();
    try {
      for (Map.Entry<Integer, Integer> replica : replicas.entrySet()) {
        try {
          sessions.add(
              open(
                  replica.getKey(),
                  replica.getValue(),
                  held,
                  ownVectors(sessions.isEmpty()),
                  whileWaiting));
        } catch (StaleIncarnationException taken) {
          refused.taken(replica.getKey(), replica.getValue(), taken);
        }
      }
      return sessions;
    } catch (RuntimeException | Error e) {
      sessions.forEach(ReplicaSession::close);
      throw e;
    }
  }

  /** Where several push before the first is answered, all but one need memory of their own. */
  private Optional<StepVectors> ownVectors(boolean isFirst) {
    return isFirst || !isTogether()
        ? Optional.empty()
        : Optional.of(new StepVectors(task.engine().layout().numFloats()));
  }

  /** See {@link HeldReplicas}. */
  boolean isTogether() {
    return switch (consistency) {
      case Consistency.Sync ignored -> true;
      case Consistency.Ssp ignored -> true;
      case Consistency.Async() -> false;
    };
  }

  private ReplicaSession open(
      int replica,
      int incarnation,
      HeldSteps held,
      Optional<StepVectors> own,
      Runnable whileWaiting) {
    ComputeEngine engine = task.engine();
    ServerGroup servers =
        new ServerGroup(
            connect.get(),
            engine.layout(),
            consistency,
            replica,
            incarnation,
            held,
            own.map(Vectors::of).orElseGet(() -> Vectors.of(engine)),
            own.isEmpty(),
            lane);
    try {
      servers.watch(whileWaiting);
      Joined joined = replica == 0 ? openAsChief(servers) : servers.open(setup.numReplicas());
      return new ReplicaSession(
          replica, engine, servers, counters(replica, incarnation), own, joined);
    } catch (RuntimeException | Error e) {
      servers.close();
      own.ifPresent(StepVectors::close);
      throw e;
    }
  }

  private Joined openAsChief(ServerGroup servers) {
    return servers.openAsChief(
        setup.numReplicas(),
        new ServerGroup.Settings(
            setup.training().optimizer().orElseGet(task::optimizer),
            consistency,
            task.trainSteps(),
            setup.training().checkpoint()),
        this::initialValues);
  }

  private MemorySegment initialValues() {
    task.initialize();
    return task.engine().parameters();
  }

  private StepCounters counters(int replica, int incarnation) {
    Turn turn = turns.get(replica);
    if (turn != null && turn.incarnation() == incarnation) {
      return turn.counters();
    }
    drop(replica);
    StepCounters counters =
        new StepCounters(
            clock,
            setup
                .state()
                .map(folder -> UpdateLedger.open(folder, replica, incarnation))
                .orElseGet(UpdateLedger::inMemory));
    turns.put(replica, new Turn(incarnation, counters));
    return counters;
  }

  /** The replica is another's: what was done for it is the other's to tell. */
  void drop(int replica) {
    Turn turn = turns.remove(replica);
    if (turn != null) {
      turn.counters().close();
    }
  }

  /** Whose counts are kept here. */
  List<Integer> kept() {
    return List.copyOf(turns.keySet());
  }

  WorkerCounters counters() {
    return new WorkerCounters(turns);
  }

  @Override
  public void close() {
    turns.values().forEach(turn -> turn.counters().close());
  }
}
