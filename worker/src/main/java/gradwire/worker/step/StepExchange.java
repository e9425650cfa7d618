package gradwire.worker.step;

import gradwire.trace.Lane;
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
  private final GradientTrace gradients;
  private boolean begun;

  StepExchange(ComputeEngine engine, ServerGroup servers, Lane lane) {
    this.engine = engine;
    this.servers = servers;
    this.gradients = new GradientTrace(lane);
  }

  /**
   * Computes and pushes; the answer is on its way on return.
   *
   * @param step for the picture: the worker's, from 0
   * @return the loss
   */
  double run(Batch batch, long randomKey, long step) {
    if (servers.sendsInPieces()) {
      begun = false;
      return gradients.computeGradient(engine, batch, randomKey, this, step);
    }
    servers.awaitWeights();
    double loss = gradients.computeGradient(engine, batch, randomKey, StepFlow.NONE, step);
    servers.push(engine.gradient(), engine.parameters());
    return loss;
  }

  @Override
  public void awaitParameters(long begin, long length) {
    servers.awaitFloats(begin, length);
  }

  @Override
  public void gradientReady(long begin, long length) {
    if (!begun) {
      servers.beginPush(engine.gradient(), engine.parameters());
      begun = true;
    }
    servers.pushPiece(begin, length);
  }
}
