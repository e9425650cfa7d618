package gradwire.plan.device;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.DenseKernels;
import gradwire.kernels.layer.ElementKernels;
import gradwire.kernels.layer.LstmKernels;
import gradwire.plan.Lstm;
import java.util.Optional;

/** An LSTM: one product for the inputs of all time steps, and one for each step but the first. */
final class LstmNode implements DeviceNode {
  private final Lstm layer;
  private final NodeRanges ranges;
  private final DenseKernels products;
  private final LstmKernels cells;
  private final LstmSizes sizes;
  private final LstmKernels.Memory memory;

  /** {@code [batch, 4 * units]}: of a step's sums, what comes from the step before. */
  private final DeviceRange recurrent;

  /** {@code [batch, units]}: gradients on their way from step to step. */
  private final DeviceRange stateGradient;

  private final DeviceRange outputGradient;

  LstmNode(Lstm layer, NodeRanges ranges) {
    this.layer = layer;
    this.ranges = ranges;
    this.products = ranges.kernels().dense();
    this.cells = ranges.kernels().lstm();
    this.sizes = LstmSizes.of(layer, ranges.batchSize(), ranges.outputShape().pixels());
    long numStates = (long) ranges.numRows() * layer.numUnits();
    long numStatesOfStep = (long) ranges.batchSize() * layer.numUnits();
    PlanMemory own = ranges.memory();
    this.memory =
        new LstmKernels.Memory(
            own.floats(LstmKernels.NUM_GATES * numStates),
            own.floats(numStates),
            own.floats(numStates));
    this.recurrent = own.floats(LstmKernels.NUM_GATES * numStatesOfStep);
    this.stateGradient = own.floats(numStatesOfStep);
    this.outputGradient = own.floats(numStatesOfStep);
  }

  @Override
  public void forward(CudaStream stream) {
    DeviceRange y = ranges.y();
    products.forward(
        stream,
        sizes.inputs(),
        ranges.x(),
        ranges.parameters(layer.weights()),
        Optional.of(ranges.parameters(layer.bias())),
        Activation.IDENTITY,
        memory.gates(),
        ranges.scratch());
    for (int t = 0; t < sizes.cells().numSteps(); t++) {
      Optional<DeviceRange> before = Optional.empty();
      if (t > 0) {
        products.forward(
            stream,
            sizes.outputs(),
            sizes.cells().outputs(y, t - 1),
            ranges.parameters(layer.recurrentWeights()),
            Optional.empty(),
            Activation.IDENTITY,
            recurrent,
            ranges.scratch());
        before = Optional.of(recurrent);
      }
      cells.forward(stream, sizes.cells(), t, memory, before, y);
    }
  }

  @Override
  public void backward(CudaStream stream) {
    Optional<DeviceRange> after = Optional.empty();
    for (int t = sizes.cells().numSteps() - 1; t >= 0; t--) {
      cells.backward(stream, sizes.cells(), t, memory, ranges.dy(), after, stateGradient);
      if (t > 0) {
        products.inputGradient(
            stream,
            sizes.gates(),
            sizes.cells().gates(memory.gates(), t),
            ranges.parameters(layer.recurrentWeights()),
            outputGradient,
            ranges.scratch());
        after = Optional.of(outputGradient);
      }
    }
    parametersGradient(stream);
    ranges
        .dx()
        .ifPresent(
            dx ->
                products.inputGradient(
                    stream,
                    sizes.inputs(),
                    memory.gates(),
                    ranges.parameters(layer.weights()),
                    dx,
                    ranges.scratch()));
  }

  /** Of the gates' gradients. */
  private void parametersGradient(CudaStream stream) {
    ranges
        .kernels()
        .columnSums()
        .divided(
            stream,
            sizes.bias(),
            memory.gates(),
            1,
            ranges.gradient(layer.bias()),
            ranges.scratch());
    products.weightsGradient(
        stream,
        sizes.inputs(),
        memory.gates(),
        ranges.x(),
        ranges.gradient(layer.weights()),
        ranges.scratch());
    DeviceRange before = outputsBefore(stream);
    products.weightsGradient(
        stream,
        sizes.outputsBefore(),
        memory.gates(),
        before,
        ranges.gradient(layer.recurrentWeights()),
        ranges.scratch());
  }

  /**
   * Queues {@code [batch * steps, units]}, what every step read of the step before, in the place of
   * the outputs' gradient, which nobody needs any more.
   */
  private DeviceRange outputsBefore(CudaStream stream) {
    DeviceRange before = ranges.dy();
    int pitch = sizes.cells().outputPitch();
    int numUnits = layer.numUnits();
    stream.fill(before, (byte) 0);
    ranges
        .kernels()
        .elements()
        .copyColumns(
            stream,
            new ElementKernels.Columns(ranges.y(), pitch, 0),
            new ElementKernels.Columns(before, pitch, numUnits),
            ranges.batchSize(),
            pitch - numUnits);
    return before;
  }
}
