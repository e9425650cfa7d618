package gradwire.dl4j;

import gradwire.worker.engine.StepFlow;
import java.lang.foreign.MemorySegment;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How a network's gradient is computed: by DL4J itself, or by the shorter way. One thread. */
sealed interface GradientPlan extends AutoCloseable permits PlainPlan, ChainPlan {
  /** The shorter way where it is known to give the same gradient, else DL4J's own. */
  static GradientPlan of(
      FlatNetwork network,
      Parameters table,
      MemorySegment parameters,
      MemorySegment gradient,
      LossReduction reduction) {
    boolean mean = reduction == LossReduction.MEAN && network.dividesByBatchSize();
    return switch (network) {
      case FlatMultiLayerNetwork chain when ChainPlan.suits(chain) ->
          new ChainPlan(chain, new FlatMemory(table, parameters, gradient), mean);
      case FlatMultiLayerNetwork other -> new PlainPlan(other, table, gradient, mean);
      case FlatComputationGraph graph -> new PlainPlan(graph, table, gradient, mean);
    };
  }

  /**
   * Writes the whole gradient, telling {@code flow} on the way.
   *
   * @return the loss that it is the gradient of
   */
  double computeGradient(INDArray[] features, INDArray[] labels, StepFlow flow);

  @Override
  void close();
}
