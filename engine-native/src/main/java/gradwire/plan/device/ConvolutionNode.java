package gradwire.plan.device;

import gradwire.kernels.cpu.Window;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.ConvolutionKernels;
import gradwire.kernels.layer.ConvolutionKernels.FilterOrder;
import gradwire.plan.Convolution;
import gradwire.plan.Shape;

/** A layer of filters. */
final class ConvolutionNode implements DeviceNode {
  private final Convolution layer;
  private final NodeRanges ranges;
  private final ConvolutionKernels kernels;
  private final ConvolutionKernels.Sizes sizes;
  private final UnitEpilogue epilogue;

  ConvolutionNode(Convolution layer, NodeRanges ranges) {
    this.layer = layer;
    this.ranges = ranges;
    this.kernels = ranges.kernels().convolution();
    this.sizes = sizes(layer, ranges.inputShape(), ranges.batchSize());
    this.epilogue = new UnitEpilogue(layer.activation(), layer.bias(), layer.numFilters(), ranges);
  }

  static ConvolutionKernels.Sizes sizes(Convolution layer, Shape image, int batchSize) {
    Window window = layer.geometry().on(image);
    return new ConvolutionKernels.Sizes(
        batchSize, window, layer.numFilters(), order(layer, window));
  }

  private static FilterOrder order(Convolution layer, Window window) {
    int area = window.kernel().area();
    return switch (layer.order()) {
      case FILTERS_FIRST -> new FilterOrder(window.floats(), area, 1);
      case FILTERS_LAST ->
          new FilterOrder(1, layer.numFilters(), window.channels() * layer.numFilters());
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
