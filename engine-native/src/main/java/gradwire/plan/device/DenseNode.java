package gradwire.plan.device;

import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.DenseKernels;
import gradwire.plan.Dense;

/** A layer of units. */
final class DenseNode implements DeviceNode {
  private final Dense layer;
  private final NodeRanges ranges;
  private final DenseKernels kernels;
  private final DenseKernels.Sizes sizes;
  private final UnitEpilogue epilogue;

  DenseNode(Dense layer, NodeRanges ranges) {
    this.layer = layer;
    this.ranges = ranges;
    this.kernels = ranges.kernels().dense();
    this.sizes = sizes(layer, ranges.numRows());
    this.epilogue = new UnitEpilogue(layer.activation(), layer.bias(), layer.numOutputs(), ranges);
  }

  static DenseKernels.Sizes sizes(Dense layer, int numRows) {
    return new DenseKernels.Sizes(numRows, layer.numInputs(), layer.numOutputs());
  }

  @Override
  public void forward(CudaStream stream) {
    kernels.forward(
        stream,
        sizes,
        ranges.x(),
        ranges.parameters(layer.weights()),
        epilogue.bias(),
        layer.activation(),
        ranges.y(),
        ranges.scratch());
  }

  @Override
  public void backward(CudaStream stream) {
    DeviceRange dz = epilogue.backward(stream);
    DeviceRange weights = ranges.parameters(layer.weights());
    kernels.weightsGradient(
        stream, sizes, dz, ranges.x(), ranges.gradient(layer.weights()), ranges.scratch());
    ranges
        .dx()
        .ifPresent(dx -> kernels.inputGradient(stream, sizes, dz, weights, dx, ranges.scratch()));
  }
}
