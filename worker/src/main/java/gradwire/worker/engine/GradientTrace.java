package gradwire.worker.engine;

import gradwire.trace.Lane;
import gradwire.trace.Span;

/**
 * Records an engine's gradients, layer by layer: what lies between two calls of its {@link
 * StepFlow} is a layer's work. One thread.
 */
public final class GradientTrace {
  private final Lane lane;

  public GradientTrace(Lane lane) {
    this.lane = lane;
  }

  /**
   * {@link ComputeEngine#computeGradient}, recorded.
   *
   * @param step for the picture: the worker's, from 0
   */
  public double computeGradient(
      ComputeEngine engine, Batch batch, long randomKey, StepFlow flow, long step) {
    if (!lane.isOn()) {
      return engine.computeGradient(batch, randomKey, flow);
    }
    long begun = lane.begin();
    double loss = engine.computeGradient(batch, randomKey, new Layers(flow));
    lane.end(Span.GRADIENT, begun, step);
    return loss;
  }

  /** Passes everything on and looks at the clock before and after. */
  private final class Layers implements StepFlow {
    private final StepFlow flow;
    private int numAwaited;
    private int numReady;
    private long resumed;

    Layers(StepFlow flow) {
      this.flow = flow;
    }

    @Override
    public void awaitParameters(long begin, long length) {
      if (numAwaited > 0) {
        lane.end(Span.FORWARD, resumed, numAwaited - 1);
      }
      long begun = lane.begin();
      flow.awaitParameters(begin, length);
      if (!flow.equals(StepFlow.NONE)) {
        lane.end(Span.AWAIT_WEIGHTS, begun, numAwaited);
      }
      numAwaited++;
      resumed = lane.begin();
    }

    @Override
    public void gradientReady(long begin, long length) {
      Span span = numReady == 0 ? Span.FORWARD_BACKWARD : Span.BACKWARD;
      numReady++;
      lane.end(span, resumed, Math.max(0, numAwaited - numReady));
      flow.gradientReady(begin, length);
      resumed = lane.begin();
    }
  }
}
