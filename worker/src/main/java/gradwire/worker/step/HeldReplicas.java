package gradwire.worker.step;

import gradwire.transport.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The replicas that a worker computes, and in which order. One thread.
 *
 * <p><b>Together</b> (sync, ssp): those with the fewest pushes compute at the same weights and
 * push; then all answers are awaited. The first replica comes last: its gradient stays in the
 * engine until it is answered, and its answer is the engine's next weights; the others have vectors
 * of their own.
 *
 * <p><b>In turn</b> (async): the one with the fewest pushes computes and pushes, and its answer is
 * awaited before the next computes.
 */
final class HeldReplicas implements AutoCloseable {
  private final List<ReplicaSession> sessions;
  private final boolean together;

  /** Whose answers become the engine's weights: of the last push, or pull. */
  private ReplicaSession source;

  /**
   * @param sessions ascending by replica, at least one; closed by {@link #close}
   */
  HeldReplicas(List<ReplicaSession> sessions, boolean together) {
    this.sessions = List.copyOf(sessions);
    this.together = together;
    this.source = sessions.getFirst();
  }

  /**
   * Has {@code whileWaiting} called during every wait, and every wait see to all replicas' pushes:
   * the answer to one may need another's, and that one's line may have broken.
   */
  void watch(Runnable whileWaiting) {
    Runnable all =
        () -> {
          whileWaiting.run();
          sessions.forEach(session -> session.servers().lookAfter());
        };
    sessions.forEach(session -> session.servers().watch(all));
  }

  List<ReplicaSession> all() {
    return sessions;
  }

  ReplicaSession first() {
    return sessions.getFirst();
  }

  ReplicaSession source() {
    return source;
  }

  /** Replica 0, if it is among them: who has it is the chief. */
  Optional<ReplicaSession> chief() {
    return Optional.of(first()).filter(session -> session.replica() == 0);
  }

  /** Who computes next, in this order; nobody if {@code weights} are the last. */
  List<ReplicaSession> round(Weights weights) {
    return round(weights.isLast());
  }

  /** Who computes next if the weights are not the last. */
  List<ReplicaSession> likelyRound() {
    return round(false);
  }

  private List<ReplicaSession> round(boolean isOver) {
    if (sessions.size() == 1) {
      return isOver && !first().mustPushOn() ? List.of() : sessions;
    }
    List<ReplicaSession> able =
        sessions.stream().filter(session -> !isOver || session.mustPushOn()).toList();
    long fewest = able.stream().mapToLong(ReplicaSession::sequence).min().orElse(0);
    List<ReplicaSession> round = new ArrayList<>();
    able.stream().filter(session -> session.sequence() == fewest).forEach(round::add);
    if (together && round.remove(first())) {
      round.addLast(first());
    }
    return together || round.isEmpty() ? round : round.subList(0, 1);
  }

  /** A push of {@code session} is on its way. */
  void pushed(ReplicaSession session) {
    if (!together) {
      source = session;
    }
  }

  /** What the first server says of the round's pushes, whose weights may still be on the way. */
  Weights awaitStep(List<ReplicaSession> round) {
    if (round.contains(source)) {
      return source.servers().awaitStep();
    }
    round.forEach(ReplicaSession::awaitAnswer);
    return source.servers().pull(OptionalLong.empty());
  }

  /** Waits for all answers. The engine then holds the weights that are returned. */
  Weights awaitAll() {
    sessions.forEach(ReplicaSession::awaitAnswer);
    return source.servers().awaitWeights();
  }

  /** Waits until the engine's parameters are those of the step. */
  void awaitParameters() {
    source.servers().awaitWeights();
  }

  /**
   * Replaces the engine's parameters by the servers' weights.
   *
   * @param step see {@link gradwire.transport.ShardService#pull}
   */
  Weights pull(OptionalLong step) {
    return source.servers().pull(step);
  }

  @Override
  public void close() {
    sessions.forEach(ReplicaSession::close);
  }
}
