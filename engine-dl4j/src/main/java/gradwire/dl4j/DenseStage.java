package gradwire.dl4j;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
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
    this.relu = Relu.isPlain(activation);
    this.first = first;
  }

  @Override
  public INDArray forward(INDArray array) {
    Rows x = map.input(array);
    if (activations.rows() != x.rows() || activations.columns() != map.numOutputs()) {
      activations = Rows.allocate(x.rows(), map.numOutputs());
      inputGradient = first ? inputGradient : Rows.allocate(x.rows(), map.numInputs());
    }
    map.apply(x, activations);
    if (relu) {
      Relu.apply(activations.memory());
    }
    input = x;
    return activations.array();
  }

  @Override
  public INDArray backward(INDArray outputGradient) {
    Rows x = java.util.Objects.requireNonNull(input, "forward comes first");
    Rows dz = map.output(outputGradient);
    if (relu) {
      Relu.zeroWhereInactive(dz.memory(), activations.memory());
    }
    map.parameterGradients(x, dz);
    if (!first) {
      map.inputGradient(dz, inputGradient);
    }
    input = null;
    return inputGradient.array();
  }
}
