package gradwire.worker.step;

import gradwire.trace.Lane;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.GradientTrace;
import gradwire.worker.engine.StepFlow;

/**
 * One gradient on its way to the servers. A large one leaves piece by piece while the rest is being
 * computed, and the forward pass begins while the last of the weights are still arriving. One
 * thread.
 */
final class StepExchange implements StepFlow {
  private final ComputeEngine engine;
  private final HeldReplicas replicas;
  private final GradientTrace gradients;

  /** Whose gradient is being computed. */
  private ReplicaSession present;

  private boolean begun;
  private long numExamples;
  private long waitedNanos;

  StepExchange(ComputeEngine engine, HeldReplicas replicas, Lane lane) {
    this.engine = engine;
    this.replicas = replicas;
    this.present = replicas.source();
    this.gradients = new GradientTrace(lane);
  }

  /**
   * Computes and pushes the replica's next gradient; the answer is on its way on return.
   *
   * @return the loss
   */
  double run(ReplicaSession session, Batch batch, long randomKey) {
    present = session;
    numExamples = batch.numExamples();
    waitedNanos = 0;
    double loss =
        session.servers().sendsInPieces() ? pieces(batch, randomKey) : whole(batch, randomKey);
    replicas.pushed(session);
    return loss;
  }

  private double pieces(Batch batch, long randomKey) {
    begun = false;
    return gradients.computeGradient(engine, batch, randomKey, this, present.sequence());
  }

  private double whole(Batch batch, long randomKey) {
    long before = System.nanoTime();
    replicas.source().awaitAnswer();
    waitedNanos = System.nanoTime() - before;
    double loss =
        gradients.computeGradient(engine, batch, randomKey, StepFlow.NONE, present.sequence());
    present.push(numExamples);
    return loss;
  }

  /** How much of the last {@link #run} went by in waiting for weights. */
  long waitedNanos() {
    return waitedNanos;
  }

  @Override
  public void awaitParameters(long begin, long length) {
    long before = System.nanoTime();
    replicas.source().servers().awaitFloats(begin, length);
    waitedNanos += System.nanoTime() - before;
  }

  @Override
  public void gradientReady(long begin, long length) {
    if (!begun) {
      replicas.source().collectAnswer();
      present.beginPush(numExamples);
      begun = true;
    }
    present.pushPiece(begin, length);
  }
}
