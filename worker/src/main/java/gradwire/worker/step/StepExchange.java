package gradwire.worker.step;

import gradwire.trace.Lane;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.GradientTrace;
import gradwire.worker.engine.StepFlow;
import java.util.function.LongSupplier;

/**
 * One gradient on its way to the servers. A large one leaves piece by piece while the rest is being
 * computed, and the forward pass begins while the last of the weights are still arriving. One
 * thread.
 */
final class StepExchange implements StepFlow {
  private final ComputeEngine engine;
  private final HeldReplicas replicas;
  private final GradientTrace gradients;
  private final LongSupplier nanoTime;

  /** Whose gradient is being computed. */
  private ReplicaSession present;

  private boolean begun;
  private long numExamples;
  private long exchangeNanos;
  private long computeNanos;

  StepExchange(ComputeEngine engine, HeldReplicas replicas, Lane lane, LongSupplier nanoTime) {
    this.engine = engine;
    this.replicas = replicas;
    this.present = replicas.source();
    this.gradients = new GradientTrace(lane);
    this.nanoTime = nanoTime;
  }

  /**
   * Computes and pushes the replica's next gradient; the answer is on its way on return.
   *
   * @return the loss
   */
  double run(ReplicaSession session, Batch batch, long randomKey) {
    present = session;
    numExamples = batch.numExamples();
    exchangeNanos = 0;
    long before = nanoTime.getAsLong();
    double loss =
        session.servers().sendsInPieces() ? pieces(batch, randomKey) : whole(batch, randomKey);
    computeNanos = nanoTime.getAsLong() - before - exchangeNanos;
    replicas.pushed(session);
    return loss;
  }

  private double pieces(Batch batch, long randomKey) {
    begun = false;
    return gradients.computeGradient(engine, batch, randomKey, this, present.sequence());
  }

  private double whole(Batch batch, long randomKey) {
    exchange(replicas.source()::awaitAnswer);
    double loss =
        gradients.computeGradient(engine, batch, randomKey, StepFlow.NONE, present.sequence());
    exchange(() -> present.push(numExamples));
    return loss;
  }

  /** What the last {@link #run} took without what the servers had part in. */
  long computeNanos() {
    return computeNanos;
  }

  /** A server may be slow, or be started again just now: that is not this worker's slowness. */
  private void exchange(Runnable withServers) {
    long before = nanoTime.getAsLong();
    withServers.run();
    exchangeNanos += nanoTime.getAsLong() - before;
  }

  @Override
  public void awaitParameters(long begin, long length) {
    exchange(() -> replicas.source().servers().awaitFloats(begin, length));
  }

  @Override
  public void gradientReady(long begin, long length) {
    exchange(() -> send(begin, length));
  }

  private void send(long begin, long length) {
    if (!begun) {
      replicas.source().collectAnswer();
      present.beginPush(numExamples);
      begun = true;
    }
    present.pushPiece(begin, length);
  }
}
