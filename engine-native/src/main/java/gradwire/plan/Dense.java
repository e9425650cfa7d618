package gradwire.plan;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.Matrix;
import gradwire.kernels.cpu.OpenBlas;
import gradwire.kernels.cpu.RowBias;
import gradwire.kernels.cpu.TransposedProduct;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * {@code y = f(x W + b)}, of every time step by itself where there are several.
 *
 * @param numInputs features of an example, or of a time step
 * @param numOutputs units
 * @param weights {@code [numInputs, numOutputs]} column-major
 * @param bias {@code [numOutputs]}, if there is one
 * @param activation one whose slope can be told from its value
 */
public record Dense(
    int numInputs, int numOutputs, Range weights, Optional<Range> bias, Activation activation)
    implements Layer {
  public Dense {
    if (!activation.hasSlopeByValue()) {
      throw new IllegalArgumentException(activation + " needs a layer of its own");
    }
  }

  @Override
  public Shape output(List<Shape> inputs) {
    Shape input = inputs.getFirst();
    Misfit.unless(
        input.isSequence() && input.channels() == numInputs,
        "features of a dense layer",
        "shape " + Shape.flat(numInputs),
        input);
    return Shape.sequence(input.width(), numOutputs);
  }

  @Override
  public Node node(NodeMemory memory) {
    return new DenseNode(this, memory);
  }

  private static final class DenseNode implements Node {
    private final OpenBlas blas = OpenBlas.get();
    private final NodeMemory memory;
    private final Activation activation;
    private final Optional<Range> bias;
    private final int numInputs;
    private final int numRows;
    private final Matrix weights;
    private final Matrix weightsGradient;
    private final Matrix y;

    DenseNode(Dense layer, NodeMemory memory) {
      this.memory = memory;
      this.activation = layer.activation;
      this.bias = layer.bias;
      this.numInputs = layer.numInputs;
      this.numRows = memory.batchSize() * memory.output().shape().pixels();
      this.weights =
          new Matrix(layer.weights.of(memory.parameters()), layer.numOutputs, layer.numInputs);
      this.weightsGradient =
          new Matrix(layer.weights.of(memory.gradient()), layer.numOutputs, layer.numInputs);
      this.y = new Matrix(memory.output().data(), numRows, layer.numOutputs);
    }

    private Matrix x(MemorySegment data) {
      return new Matrix(data, numRows, numInputs);
    }

    @Override
    public void forward() {
      blas.multiply(x(memory.input().data()), weights.transpose(), y);
      boolean relu = activation == Activation.RELU;
      bias.ifPresent(range -> RowBias.add(y, range.of(memory.parameters()), relu));
      if (!(relu && bias.isPresent()) && activation != Activation.IDENTITY) {
        activation.forward(y.memory(), y.memory(), memory.outputFloats());
      }
    }

    @Override
    public void backward() {
      MemorySegment dy = memory.output().gradient();
      activation.backward(y.memory(), y.memory(), dy, memory.outputFloats());
      Matrix dz = new Matrix(dy, y.rows(), y.columns());
      bias.ifPresent(range -> RowBias.sumRows(dz, false, range.of(memory.gradient())));
      TransposedProduct.multiply(dz, x(memory.input().data()), weightsGradient);
      if (memory.input().hasGradient()) {
        blas.multiply(dz, weights, x(memory.input().gradient()));
      }
    }
  }
}
