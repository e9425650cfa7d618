package gradwire.plan;

import gradwire.kernels.cpu.Layouts;
import gradwire.kernels.cpu.LstmCell;
import gradwire.kernels.cpu.Matrix;
import gradwire.kernels.cpu.OpenBlas;
import gradwire.kernels.cpu.RowBias;
import gradwire.kernels.cpu.TransposedProduct;
import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An LSTM over sequences, images of one row whose pixels are the time steps; {@link LstmCell} has
 * the formulas. Every batch begins with states of zero.
 *
 * @param numInputs features of a time step
 * @param numUnits of the state, and of every step's output
 * @param weights {@code [numInputs, 4 * numUnits]} column-major
 * @param recurrentWeights {@code [numUnits, 4 * numUnits]} column-major, of the step before
 * @param bias {@code [4 * numUnits]}
 */
public record Lstm(int numInputs, int numUnits, Range weights, Range recurrentWeights, Range bias)
    implements Layer {
  private static final int NUM_GATES = 4;

  @Override
  public Shape output(List<Shape> inputs) {
    Shape input = inputs.getFirst();
    Misfit.unless(
        input.isSequence() && input.channels() == numInputs,
        "sequences of an LSTM",
        "[batch, " + numInputs + ", time steps]",
        input);
    return Shape.sequence(input.width(), numUnits);
  }

  /** Of every step, the outputs of the step before. */
  @Override
  public long scratchFloats(List<Shape> inputs, int batchSize) {
    return (long) batchSize * inputs.getFirst().width() * numUnits;
  }

  @Override
  public Node node(NodeMemory memory) {
    return new LstmNode(this, memory);
  }

  private static final class LstmNode implements Node {
    private final OpenBlas blas = OpenBlas.get();
    private final NodeMemory memory;
    private final int numSteps;
    private final int numUnits;
    private final LstmCell cell;
    private final Weights weights;
    private final Weights gradient;

    /** {@code [batch * steps, 4 * units]}: sums, then activations, then gradients of the sums. */
    private final Matrix gates;

    /** By step. */
    private final List<Matrix> gatesOf;

    private final List<Matrix> outputsOf;

    /** {@code [batch, steps, units]}, and their tanh. */
    private final MemorySegment states;

    private final MemorySegment squashed;

    /** {@code [batch, units]}: gradients on their way from step to step. */
    private final MemorySegment stateGradient;

    private final Matrix recurrentGradient;

    LstmNode(Lstm layer, NodeMemory memory) {
      this.memory = memory;
      this.numSteps = memory.output().shape().width();
      this.numUnits = layer.numUnits;
      this.cell = new LstmCell(memory.batchSize(), numSteps, numUnits);
      this.weights = new Weights(layer, memory.parameters());
      this.gradient = new Weights(layer, memory.gradient());
      int numRows = memory.batchSize() * numSteps;
      this.gates =
          new Matrix(floats((long) numRows * NUM_GATES * numUnits), numRows, NUM_GATES * numUnits);
      this.gatesOf =
          IntStream.range(0, numSteps).mapToObj(t -> cell.gates(t, gates.memory())).toList();
      this.outputsOf =
          IntStream.range(0, numSteps)
              .mapToObj(t -> cell.outputs(t, memory.output().data()))
              .toList();
      this.states = floats((long) numRows * numUnits);
      this.squashed = floats((long) numRows * numUnits);
      this.stateGradient = floats((long) memory.batchSize() * numUnits);
      this.recurrentGradient =
          new Matrix(floats((long) memory.batchSize() * numUnits), memory.batchSize(), numUnits);
    }

    private MemorySegment floats(long count) {
      return Floats.allocate(memory.arena(), count);
    }

    private Matrix x(MemorySegment data) {
      return new Matrix(data, gates.rows(), weights.input.columns());
    }

    @Override
    public void forward() {
      MemorySegment outputs = memory.output().data();
      blas.multiply(x(memory.input().data()), weights.input.transpose(), gates);
      RowBias.add(gates, weights.bias, false);
      Matrix recurrent = weights.recurrent.transpose();
      for (int t = 0; t < numSteps; t++) {
        if (t > 0) {
          blas.multiply(outputsOf.get(t - 1), recurrent, 1, gatesOf.get(t));
        }
        cell.forward(t, gates.memory(), states, squashed, outputs);
      }
    }

    @Override
    public void backward() {
      stateGradient.fill((byte) 0);
      recurrentGradient.memory().fill((byte) 0);
      for (int t = numSteps - 1; t >= 0; t--) {
        cell.backward(
            t,
            gates.memory(),
            states,
            squashed,
            memory.output().gradient(),
            recurrentGradient.memory(),
            stateGradient);
        if (t > 0) {
          blas.multiply(gatesOf.get(t), weights.recurrent, recurrentGradient);
        }
      }
      RowBias.sumRows(gates, false, gradient.bias);
      TransposedProduct.multiply(gates, x(memory.input().data()), gradient.input);
      TransposedProduct.multiply(gates, outputsBefore(), gradient.recurrent);
      if (memory.input().hasGradient()) {
        blas.multiply(gates, weights.input, x(memory.input().gradient()));
      }
    }

    /** {@code [batch * steps, units]}: what every step read of the step before. */
    private Matrix outputsBefore() {
      int sequence = numSteps * numUnits;
      int kept = sequence - numUnits;
      MemorySegment before = Floats.slice(memory.scratch(), 0, (long) gates.rows() * numUnits);
      before.fill((byte) 0);
      Layouts.copyRows(
          new Matrix(memory.output().data(), memory.batchSize(), kept, sequence),
          new Matrix(
              before.asSlice((long) numUnits * Float.BYTES), memory.batchSize(), kept, sequence));
      return new Matrix(before, gates.rows(), numUnits);
    }

    /** Both matrices as they lie: {@code [4 * units, ...]}. */
    private static final class Weights {
      private final Matrix input;
      private final Matrix recurrent;
      private final MemorySegment bias;

      Weights(Lstm layer, MemorySegment vector) {
        int numRows = NUM_GATES * layer.numUnits;
        input = new Matrix(layer.weights.of(vector), numRows, layer.numInputs);
        recurrent = new Matrix(layer.recurrentWeights.of(vector), numRows, layer.numUnits);
        bias = layer.bias.of(vector);
      }
    }
  }
}
