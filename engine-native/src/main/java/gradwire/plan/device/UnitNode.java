package gradwire.plan.device;

import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.UnitKernels;
import gradwire.plan.Range;

/** A layer of units or of filters. */
record UnitNode<S extends UnitKernels.Sizes>(
    UnitKernels<S> kernels, S sizes, Range weights, UnitEpilogue epilogue, NodeRanges ranges)
    implements DeviceNode {
  @Override
  public void forward(CudaStream stream) {
    kernels.forward(
        stream,
        sizes,
        ranges.x(),
        ranges.parameters(weights),
        epilogue.bias(),
        epilogue.activation(),
        ranges.y(),
        ranges.scratch());
  }

  @Override
  public void backward(CudaStream stream) {
    DeviceRange dz = epilogue.backward(stream);
    kernels.weightsGradient(
        stream, sizes, dz, ranges.x(), ranges.gradient(weights), ranges.scratch());
    ranges
        .dx()
        .ifPresent(
            dx ->
                kernels.inputGradient(
                    stream, sizes, dz, ranges.parameters(weights), dx, ranges.scratch()));
  }
}
