package gradwire.plan.device;

import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.layer.ColumnSums;
import gradwire.kernels.layer.LayerNormKernels;
import gradwire.plan.LayerNorm;

/** Layer normalization of examples, or of time steps. */
final class LayerNormNode implements DeviceNode {
  private final NodeRanges ranges;
  private final LayerNormKernels kernels;
  private final ColumnSums.Sizes sizes;
  private final LayerNormKernels.Parameters parameters;
  private final LayerNormKernels.Parameters gradient;
  private final LayerNormKernels.Memory memory;

  LayerNormNode(LayerNorm layer, NodeRanges ranges) {
    this.ranges = ranges;
    this.kernels = ranges.kernels().layerNorm();
    this.sizes = new ColumnSums.Sizes(ranges.numRows(), ranges.outputShape().channels());
    this.parameters =
        new LayerNormKernels.Parameters(
            ranges.parameters(layer.gain()), layer.bias().map(ranges::parameters));
    this.gradient =
        new LayerNormKernels.Parameters(
            ranges.gradient(layer.gain()), layer.bias().map(ranges::gradient));
    PlanMemory own = ranges.memory();
    this.memory =
        new LayerNormKernels.Memory(own.floats(ranges.numRows()), own.floats(ranges.numRows()));
  }

  @Override
  public void forward(CudaStream stream) {
    kernels.forward(stream, sizes, parameters, ranges.x(), ranges.y(), memory);
  }

  @Override
  public void backward(CudaStream stream) {
    kernels.backward(stream, sizes, ranges.dy(), ranges.x(), memory, gradient, ranges.scratch());
    ranges
        .dx()
        .ifPresent(
            dx ->
                kernels.inputGradient(
                    stream, sizes, ranges.dy(), ranges.x(), parameters.gain(), memory, dx));
  }
}
