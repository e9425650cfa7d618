package gradwire.plan.device;

import gradwire.kernels.cpu.Window;
import gradwire.kernels.layer.ConvolutionKernels;
import gradwire.kernels.layer.ConvolutionKernels.FilterOrder;
import gradwire.kernels.layer.DenseKernels;
import gradwire.kernels.layer.DepthwiseKernels;
import gradwire.plan.Convolution;
import gradwire.plan.Dense;
import gradwire.plan.Depthwise;
import gradwire.plan.Shape;

/** Layers of units and of filters, and their numbers. */
final class UnitNodes {
  private UnitNodes() {}

  static DeviceNode of(Dense layer, NodeRanges ranges) {
    return new UnitNode<>(
        ranges.kernels().dense(),
        sizes(layer, ranges.numRows()),
        layer.weights(),
        new UnitEpilogue(layer.activation(), layer.bias(), layer.numOutputs(), ranges),
        ranges);
  }

  static DeviceNode of(Convolution layer, NodeRanges ranges) {
    return new UnitNode<>(
        ranges.kernels().convolution(),
        sizes(layer, ranges.inputShape(), ranges.batchSize()),
        layer.weights(),
        new UnitEpilogue(layer.activation(), layer.bias(), layer.numFilters(), ranges),
        ranges);
  }

  static DeviceNode of(Depthwise layer, NodeRanges ranges) {
    return new UnitNode<>(
        ranges.kernels().depthwise(),
        sizes(layer, ranges.inputShape(), ranges.batchSize()),
        layer.weights(),
        new UnitEpilogue(layer.activation(), layer.bias(), ranges.outputShape().channels(), ranges),
        ranges);
  }

  static DenseKernels.Sizes sizes(Dense layer, int numRows) {
    return new DenseKernels.Sizes(numRows, layer.numInputs(), layer.numOutputs());
  }

  static ConvolutionKernels.Sizes sizes(Convolution layer, Shape image, int batchSize) {
    Window window = layer.geometry().on(image);
    int numFilters = layer.numFilters();
    FilterOrder order =
        switch (layer.order()) {
          case FILTERS_FIRST -> new FilterOrder(window.floats(), window.kernel().area(), 1);
          case FILTERS_LAST -> new FilterOrder(1, numFilters, window.channels() * numFilters);
        };
    return new ConvolutionKernels.Sizes(batchSize, window, numFilters, order);
  }

  static DepthwiseKernels.Sizes sizes(Depthwise layer, Shape image, int batchSize) {
    Window window = layer.geometry().on(image);
    int area = window.kernel().area();
    int channels = window.channels();
    int multiplier = layer.multiplier();
    FilterOrder order =
        switch (layer.order()) {
          case KERNEL_FIRST -> new FilterOrder(1, multiplier, channels * multiplier);
          case KERNEL_LAST -> new FilterOrder(channels * area, area, 1);
        };
    return new DepthwiseKernels.Sizes(batchSize, window, multiplier, order);
  }
}
