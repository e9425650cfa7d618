package gradwire.dl4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A dense layer with ReLU or no activation, without DL4J's second forward pass, without its
 * allocations, and without the input's gradient where nobody needs it. Buffers follow the batch
 * size. One thread.
 */
final class DenseStage implements Stage {
  private final AffineMap map;
  private final boolean relu;
  private final boolean first;
  private Rows activations = Rows.allocate(1, 1);
  private Rows inputGradient = Rows.allocate(1, 1);
  private @Nullable Rows input;

  /**
   * @param first whether the network's input is this stage's, so that its gradient isn't needed
   */
  DenseStage(AffineMap map, IActivation activation, boolean first) {
    this.map = map;
    this.relu = isPlainRelu(activation);
    this.first = first;
  }

  /** Whether an activation is one that this stage computes as DL4J does. */
  static boolean suits(IActivation activation) {
    return isPlainRelu(activation) || activation.getClass() == ActivationIdentity.class;
  }

  static boolean isPlainRelu(IActivation activation) {
    return activation instanceof ActivationReLU relu
        && relu.getMax() == null
        && relu.getThreshold() == null
        && relu.getNegativeSlope() == null;
  }

  @Override
  public INDArray forward(INDArray array) {
    Rows x = map.input(array);
    if (activations.rows() != x.rows()) {
      activations = Rows.allocate(x.rows(), map.numOutputs());
      inputGradient = first ? inputGradient : Rows.allocate(x.rows(), map.numInputs());
    }
    map.apply(x, activations);
    if (relu) {
      clampAtZero(activations.memory());
    }
    input = x;
    return activations.array();
  }

  @Override
  public INDArray backward(INDArray outputGradient) {
    Rows x = java.util.Objects.requireNonNull(input, "forward comes first");
    Rows dz = map.output(outputGradient);
    if (relu) {
      zeroWhereInactive(dz.memory(), activations.memory());
    }
    map.parameterGradients(x, dz);
    if (!first) {
      map.inputGradient(dz, inputGradient);
    }
    input = null;
    return inputGradient.array();
  }

  private static void clampAtZero(MemorySegment values) {
    long length = Floats.length(values);
    for (long i = 0; i < length; i++) {
      values.setAtIndex(JAVA_FLOAT, i, Math.max(0f, values.getAtIndex(JAVA_FLOAT, i)));
    }
  }

  private static void zeroWhereInactive(MemorySegment gradient, MemorySegment activations) {
    long length = Floats.length(activations);
    for (long i = 0; i < length; i++) {
      float active = activations.getAtIndex(JAVA_FLOAT, i) > 0 ? 1 : 0;
      gradient.setAtIndex(JAVA_FLOAT, i, gradient.getAtIndex(JAVA_FLOAT, i) * active);
    }
  }
}
