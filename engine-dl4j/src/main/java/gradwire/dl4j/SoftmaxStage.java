package gradwire.dl4j;

import gradwire.kernels.cpu.SoftmaxLoss;
import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.nn.layers.OutputLayer;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/**
 * A softmax output layer with cross entropy: one forward pass gives loss and gradient. One thread.
 */
final class SoftmaxStage {
  private final AffineMap map;
  private final SoftmaxLoss loss;
  private final boolean mean;
  private double[] losses = new double[0];
  private Rows logits = Rows.allocate(1, 1);
  private Rows inputGradient = Rows.allocate(1, 1);

  /**
   * @param mean whether loss and gradients are the batch mean; else they are the sum
   */
  SoftmaxStage(AffineMap map, SoftmaxLoss loss, boolean mean) {
    this.map = map;
    this.loss = loss;
    this.mean = mean;
  }

  /** The loss of an output layer, if it is one that this stage computes as DL4J does. */
  static Optional<SoftmaxLoss> lossOf(OutputLayer layer) {
    return layer.layerConf().getActivationFn() instanceof ActivationSoftmax
        ? lossOf(layer.layerConf().getLossFn())
        : Optional.empty();
  }

  static Optional<SoftmaxLoss> lossOf(ILossFunction function) {
    if (function instanceof ClippedCrossEntropySum) {
      return Optional.of(SoftmaxLoss.CLIPPED);
    }
    boolean known =
        function.getClass() == LossMCXENT.class
            || function.getClass() == LossNegativeLogLikelihood.class;
    return known
            && function instanceof LossMCXENT entropy
            && entropy.getWeights() == null
            && entropy.getSoftmaxClipEps() == 1e-10
        ? Optional.of(SoftmaxLoss.CROSS_ENTROPY)
        : Optional.empty();
  }

  /**
   * Writes this layer's gradients and, for {@link #inputGradient}, its input's.
   *
   * @param input {@code [batch, numInputs]}
   * @param labels {@code [batch, classes]}
   * @return the loss
   */
  double computeGradient(INDArray input, INDArray labels) {
    Rows x = map.input(input);
    Rows y = map.output(labels);
    resize(x.rows());
    map.apply(x, logits);
    double scale = mean ? 1.0 / x.rows() : 1;
    loss.rows(logits.memory(), y.memory(), logits.memory(), losses, scale);
    map.parameterGradients(x, logits);
    map.inputGradient(logits, inputGradient);
    return Arrays.stream(losses).sum() * scale;
  }

  INDArray inputGradient() {
    return inputGradient.array();
  }

  private void resize(int batchSize) {
    if (losses.length != batchSize) {
      losses = new double[batchSize];
      logits = Rows.allocate(batchSize, map.numOutputs());
      inputGradient = Rows.allocate(batchSize, map.numInputs());
    }
  }
}
