package gradwire.worker.step;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import gradwire.tensor.Floats;
import gradwire.transport.Weights;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.StepVectors;
import gradwire.worker.step.ServerGroup.Joined;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A replica in this worker's hands: its lines to all servers, the number of its last push, its
 * ledger. One thread.
 */
final class ReplicaSession implements AutoCloseable {
  private final int replica;
  private final ComputeEngine engine;
  private final ServerGroup servers;
  private final StepCounters counters;

  /** Where a gradient waits for its answer, and the answer goes; empty: in the engine itself. */
  private final Optional<StepVectors> own;

  private final Joined joined;
  private long sequence;
  private boolean underWay;

  /**
   * @param servers joined already; closed by {@link #close}
   * @param counters outlive this
   * @param own closed by {@link #close}
   */
  ReplicaSession(
      int replica,
      ComputeEngine engine,
      ServerGroup servers,
      StepCounters counters,
      Optional<StepVectors> own,
      Joined joined) {
    this.replica = replica;
    this.engine = engine;
    this.servers = servers;
    this.counters = counters;
    this.own = own;
    this.joined = joined;
    this.sequence = joined.sequence();
    counters.joined("replica-" + replica, joined);
  }

  int replica() {
    return replica;
  }

  ServerGroup servers() {
    return servers;
  }

  StepCounters counters() {
    return counters;
  }

  Joined joined() {
    return joined;
  }

  /** The number of the last push; the batch of the next has this index. */
  long sequence() {
    return sequence;
  }

  /**
   * Whether some server has a push that others lack: they must get it, too, whatever step it is.
   */
  boolean mustPushOn() {
    return sequence < joined.begun();
  }

  /** Pushes the gradient that the engine has computed. */
  void push(long numExamples) {
    awaitAnswer();
    keep(0, Floats.length(engine.gradient()));
    begins(numExamples);
    servers.push();
  }

  /** As {@link #push}, but {@link #pushPiece} sends it. */
  void beginPush(long numExamples) {
    awaitAnswer();
    begins(numExamples);
    servers.beginPush();
  }

  void pushPiece(long begin, long length) {
    keep(begin, length);
    servers.pushPiece(begin, length);
  }

  private void begins(long numExamples) {
    sequence++;
    counters.stepBegins(sequence, numExamples);
    underWay = true;
  }

  /** The engine will overwrite its gradient before the answer to this one comes. */
  private void keep(long begin, long length) {
    if (own.isPresent()) {
      MemorySegment.copy(
          Floats.slice(engine.gradient(), begin, length),
          JAVA_BYTE,
          0,
          Floats.slice(own.get().gradient(), begin, length),
          JAVA_BYTE,
          0,
          length * Float.BYTES);
    }
  }

  /** Waits for all servers' answers to the last push, which then counts. */
  void awaitAnswer() {
    if (underWay) {
      Weights weights = servers.awaitWeights();
      settle(weights);
    }
  }

  /** As {@link #awaitAnswer}, where there is nothing to wait for but to take note of. */
  void collectAnswer() {
    if (underWay) {
      settle(servers.collectWeights());
    }
  }

  private void settle(Weights weights) {
    counters.stepDone(weights.outcome());
    underWay = false;
  }

  /** The lines end; to the servers, the replica is away. */
  @Override
  public void close() {
    servers.close();
    own.ifPresent(StepVectors::close);
  }
}
