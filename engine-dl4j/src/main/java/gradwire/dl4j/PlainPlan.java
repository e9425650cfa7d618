package gradwire.dl4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.tensor.Floats;
import gradwire.tensor.TensorKind;
import gradwire.worker.engine.StepFlow;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's own forward and backward, its sum divided afterwards where the mean is wanted. All
 * parameters are awaited before, and the gradient is ready as a whole.
 */
final class PlainPlan implements GradientPlan {
  private final FlatNetwork network;
  private final List<MemorySegment> divided;
  private final ParameterRange everything;
  private final boolean mean;

  /**
   * @param mean whether loss and gradient are the batch mean; else they are the sum
   */
  PlainPlan(FlatNetwork network, Parameters table, MemorySegment gradient, boolean mean) {
    this.network = network;
    this.mean = mean;
    this.everything = new ParameterRange(0, table.numFloats());
    this.divided =
        table.parameters().stream()
            .filter(parameter -> parameter.kind() != TensorKind.STATISTIC)
            .map(parameter -> Floats.slice(gradient, parameter.offset(), parameter.numFloats()))
            .toList();
  }

  @Override
  public double computeGradient(INDArray[] features, INDArray[] labels, StepFlow flow) {
    everything.awaitParameters(flow);
    double loss = computeGradient(features, labels);
    everything.gradientReady(flow);
    return loss;
  }

  private double computeGradient(INDArray[] features, INDArray[] labels) {
    long batchSize = features[0].size(0);
    double loss = network.computeGradient(features, labels);
    if (mean) {
      divided.forEach(slice -> divide(slice, (float) batchSize));
      return loss;
    }
    return network.dividesByBatchSize() ? loss * batchSize : loss;
  }

  @Override
  public void close() {}

  private static void divide(MemorySegment slice, float divisor) {
    long length = Floats.length(slice);
    for (long i = 0; i < length; i++) {
      slice.setAtIndex(JAVA_FLOAT, i, slice.getAtIndex(JAVA_FLOAT, i) / divisor);
    }
  }
}
