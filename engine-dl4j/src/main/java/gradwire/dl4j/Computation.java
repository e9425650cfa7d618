package gradwire.dl4j;

import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import gradwire.worker.engine.StepFlow;
import java.util.List;

/**
 * What computes a network's gradients and outputs, on the engine's two flat vectors. One thread.
 */
sealed interface Computation extends AutoCloseable permits CompiledComputation, Dl4jComputation {
  /**
   * As {@link gradwire.worker.engine.ComputeEngine#computeGradient(Batch, long, StepFlow)}.
   *
   * @return the loss
   */
  double computeGradient(Batch batch, long randomKey, StepFlow flow);

  /** As {@link gradwire.worker.engine.ComputeEngine#infer}. */
  List<FloatTensor> infer(Batch batch);

  /** As {@link gradwire.worker.engine.ComputeEngine#backend}. */
  String backend();

  @Override
  void close();
}
