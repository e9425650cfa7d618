package gradwire.plan.device;

import gradwire.kernels.cpu.Window;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.ConvolutionKernels.FilterOrder;
import gradwire.kernels.layer.DepthwiseKernels;
import gradwire.plan.Depthwise;
import gradwire.plan.Shape;

/** A layer of filters of one channel each. */
final class DepthwiseNode implements DeviceNode {
  private final Depthwise layer;
  private final NodeRanges ranges;
  private final DepthwiseKernels kernels;
  private final DepthwiseKernels.Sizes sizes;
  private final UnitEpilogue epilogue;

  DepthwiseNode(Depthwise layer, NodeRanges ranges) {
    this.layer = layer;
    this.ranges = ranges;
    this.kernels = ranges.kernels().depthwise();
    this.sizes = sizes(layer, ranges.inputShape(), ranges.batchSize());
    this.epilogue =
        new UnitEpilogue(layer.activation(), layer.bias(), ranges.outputShape().channels(), ranges);
  }

  static DepthwiseKernels.Sizes sizes(Depthwise layer, Shape image, int batchSize) {
    Window window = layer.geometry().on(image);
    return new DepthwiseKernels.Sizes(batchSize, window, layer.multiplier(), order(layer, window));
  }

  private static FilterOrder order(Depthwise layer, Window window) {
    int area = window.kernel().area();
    int channels = window.channels();
    return switch (layer.order()) {
      case KERNEL_FIRST -> new FilterOrder(1, layer.multiplier(), channels * layer.multiplier());
      case KERNEL_LAST -> new FilterOrder(channels * area, area, 1);
    };
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
        ranges.y());
  }

  @Override
  public void backward(CudaStream stream) {
    DeviceRange dz = epilogue.backward(stream);
    DeviceRange weights = ranges.parameters(layer.weights());
    kernels.weightsGradient(
        stream, sizes, dz, ranges.x(), ranges.gradient(layer.weights()), ranges.scratch());
    ranges.dx().ifPresent(dx -> kernels.inputGradient(stream, sizes, dz, weights, dx));
  }
}
