package gradwire.dl4j;

import gradwire.error.Expect;
import gradwire.kernels.cpu.SoftmaxLoss;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * The reference MNIST job's loss: {@code -SUM(y * log(clip(p, 1e-10, 1)))} over batch and classes,
 * {@code p} the softmax output. Where a probability is clipped the loss has no gradient, as in
 * TensorFlow. Written with a network's JSON; immutable, thread-safe.
 *
 * <p>Use it in an {@code OutputLayer} with softmax activation, no mask, and {@link
 * LossReduction#SUM}.
 */
public final class ClippedCrossEntropySum implements ILossFunction {
  private static final long serialVersionUID = 1L;

  /** {@code average}: the sum over examples divided by their number. */
  @Override
  public double computeScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activationFn,
      @Nullable INDArray mask,
      boolean average) {
    return evaluate(labels, preOutput, activationFn, mask).score(average);
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activationFn, @Nullable INDArray mask) {
    double[] losses = evaluate(labels, preOutput, activationFn, mask).losses;
    return Nd4j.createFromArray(losses).castTo(preOutput.dataType()).reshape(losses.length, 1);
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activationFn, @Nullable INDArray mask) {
    return evaluate(labels, preOutput, activationFn, mask).gradient;
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activationFn,
      @Nullable INDArray mask,
      boolean average) {
    Evaluation evaluation = evaluate(labels, preOutput, activationFn, mask);
    return new Pair<>(evaluation.score(average), evaluation.gradient);
  }

  @Override
  public String name() {
    return toString();
  }

  @Override
  public String toString() {
    return "ClippedCrossEntropySum()";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ClippedCrossEntropySum;
  }

  @Override
  public int hashCode() {
    return ClippedCrossEntropySum.class.hashCode();
  }

  /** The losses of all rows, and their gradient by the logits. */
  private static final class Evaluation {
    private final double[] losses;
    private final INDArray gradient;

    Evaluation(double[] losses, INDArray gradient) {
      this.losses = losses;
      this.gradient = gradient;
    }

    double score(boolean average) {
      double sum = Arrays.stream(losses).sum();
      return average ? sum / losses.length : sum;
    }
  }

  private static Evaluation evaluate(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    requireSoftmax(activation, mask);
    INDArray gradient = preOutput.dup('c');
    double[] losses = new double[gradient.rows()];
    MemorySegment z = SegmentArrays.memory(gradient);
    INDArray rowMajorLabels = SegmentArrays.rowMajor(labels);
    try {
      SoftmaxLoss.CLIPPED.rows(z, SegmentArrays.memory(rowMajorLabels), z, losses, 1);
    } finally {
      Reference.reachabilityFence(rowMajorLabels);
    }
    return new Evaluation(losses, gradient);
  }

  private static void requireSoftmax(IActivation activation, @Nullable INDArray mask) {
    Expect.that(
        activation instanceof ActivationSoftmax,
        "ClippedCrossEntropySum",
        "softmax activation on the output layer",
        activation,
        "set .activation(Activation.SOFTMAX)");
    Expect.that(
        mask == null, "ClippedCrossEntropySum", "no label mask", "one", "use LossMCXENT for masks");
  }
}
