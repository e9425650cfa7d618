package gradwire.worker.step;

import gradwire.trace.Lane;
import gradwire.transport.Outcome;
import gradwire.transport.Weights;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.GradientTrace;
import gradwire.worker.engine.StepFlow;

/**
 * One step's gradient on its way to the servers. A large one leaves piece by piece while the rest
 * is being computed, and the forward pass begins while the last of the weights are still arriving.
 * One thread.
 */
final class StepExchange implements StepFlow {
  private final ComputeEngine engine;
  private final ServerGroup servers;
  private final StepCounters counters;
  private final GradientTrace gradients;
  private boolean begun;
  private long sequence;
  private long numExamples;

  /** What the first server said of the push before; the others may still have to. */
  private Outcome outcome = Outcome.NONE;

  StepExchange(ComputeEngine engine, ServerGroup servers, StepCounters counters, Lane lane) {
    this.engine = engine;
    this.servers = servers;
    this.counters = counters;
    this.gradients = new GradientTrace(lane);
  }

  /**
   * Computes and pushes; the answer is on its way on return.
   *
   * @param localStep of the worker, from 1; the number of its push
   * @return the loss
   */
  double run(Batch batch, long randomKey, long localStep) {
    sequence = localStep;
    numExamples = batch.numExamples();
    if (servers.sendsInPieces()) {
      begun = false;
      return gradients.computeGradient(engine, batch, randomKey, this, localStep - 1);
    }
    var unused = awaitAll();
    double loss = gradients.computeGradient(engine, batch, randomKey, StepFlow.NONE, localStep - 1);
    counters.stepBegins(sequence, numExamples);
    servers.push(engine.gradient(), engine.parameters());
    return loss;
  }

  /** What the first server says of the push, whose weights may still be on the way. */
  Weights awaitStep() {
    Weights head = servers.awaitStep();
    outcome = head.outcome();
    return head;
  }

  /** Waits for all weights of all servers. */
  Weights awaitAll() {
    Weights weights = servers.awaitWeights();
    settle();
    return weights;
  }

  /** A push counts when every server has answered it. */
  private void settle() {
    counters.stepDone(outcome);
    outcome = Outcome.NONE;
  }

  @Override
  public void awaitParameters(long begin, long length) {
    servers.awaitFloats(begin, length);
  }

  @Override
  public void gradientReady(long begin, long length) {
    if (!begun) {
      var unused = servers.collectWeights();
      settle();
      counters.stepBegins(sequence, numExamples);
      servers.beginPush(engine.gradient(), engine.parameters());
      begun = true;
    }
    servers.pushPiece(begin, length);
  }
}
