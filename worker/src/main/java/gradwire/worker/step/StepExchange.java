package gradwire.worker.step;

import gradwire.worker.engine.Batch;
import gradwire.worker.engine.ComputeEngine;
import gradwire.worker.engine.StepFlow;

/**
 * One step's gradient on its way to the servers. A large one leaves piece by piece while the rest
 * is being computed, and the forward pass begins while the last of the weights are still arriving.
 * One thread.
 */
final class StepExchange implements StepFlow {
  private final ComputeEngine engine;
  private final ServerGroup servers;
  private boolean begun;

  StepExchange(ComputeEngine engine, ServerGroup servers) {
    this.engine = engine;
    this.servers = servers;
  }

  /**
   * Computes and pushes; the answer is on its way on return.
   *
   * @return the loss
   */
  double run(Batch batch, long randomKey) {
    if (servers.sendsInPieces()) {
      begun = false;
      return engine.computeGradient(batch, randomKey, this);
    }
    servers.awaitWeights();
    double loss = engine.computeGradient(batch, randomKey, StepFlow.NONE);
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
