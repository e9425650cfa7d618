package gradwire.dl4j;

import gradwire.dl4j.LayerCompiler.Compiled;
import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.Window.Size;
import gradwire.plan.AveragePool;
import gradwire.plan.Convolution;
import gradwire.plan.Depthwise;
import gradwire.plan.Geometry;
import gradwire.plan.Layer;
import gradwire.plan.MaxPool;
import gradwire.plan.Range;
import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.params.SeparableConvolutionParamInitializer;

/** Makes a plan's layers of DL4J's that go over images, or over sequences, window by window. */
final class WindowCompiler {
  /** Of {@code [batch, channels, rows, columns]}. */
  private static final int[] PIXELS = {2, 3};

  private static final Size ONE = new Size(1, 1);
  private static final Geometry POINTWISE = new Geometry(ONE, ONE, new Size(0, 0), ONE, false);

  private final LayerRanges ranges;

  WindowCompiler(LayerRanges ranges) {
    this.ranges = ranges;
  }

  Compiled convolution(ConvolutionLayer layer, VertexList.Place place)
      throws UnknownLayerException {
    Activation activation = Activations.of(layer, place);
    return new Compiled(
        new Convolution(
            (int) layer.getNOut(),
            Geometries.of(layer, place),
            ranges.of(place, LayerRanges.WEIGHTS),
            layer instanceof Convolution1DLayer
                ? Convolution.Order.FILTERS_LAST // whatever the shape in DL4J's table says
                : Convolution.Order.FILTERS_FIRST,
            ranges.bias(place, layer.hasBias()),
            Activations.inner(activation)),
        Activations.outer(activation));
  }

  Compiled depthwise(DepthwiseConvolution2D layer, VertexList.Place place)
      throws UnknownLayerException {
    Activation activation = Activations.of(layer, place);
    return new Compiled(
        new Depthwise(
            layer.getDepthMultiplier(),
            Geometries.of(layer, place),
            ranges.of(place, LayerRanges.WEIGHTS),
            Depthwise.Order.KERNEL_FIRST,
            ranges.bias(place, layer.hasBias()),
            Activations.inner(activation)),
        Activations.outer(activation));
  }

  /** What a separable convolution does first: every channel by itself. */
  Layer separate(SeparableConvolution2D layer, VertexList.Place place)
      throws UnknownLayerException {
    Range weights = ranges.of(place, SeparableConvolutionParamInitializer.DEPTH_WISE_WEIGHT_KEY);
    return new Depthwise(
        layer.getDepthMultiplier(),
        Geometries.of(layer, place),
        weights,
        Depthwise.Order.KERNEL_LAST,
        Optional.empty(),
        Activation.IDENTITY);
  }

  /** What a separable convolution does then: every pixel by itself. */
  Compiled combine(SeparableConvolution2D layer, VertexList.Place place)
      throws UnknownLayerException {
    Activation activation = Activations.of(layer, place);
    return new Compiled(
        new Convolution(
            (int) layer.getNOut(),
            POINTWISE,
            ranges.of(place, SeparableConvolutionParamInitializer.POINT_WISE_WEIGHT_KEY),
            Convolution.Order.FILTERS_FIRST,
            ranges.bias(place, layer.hasBias()),
            Activations.inner(activation)),
        Activations.outer(activation));
  }

  static Layer pool(SubsamplingLayer layer, VertexList.Place place) throws UnknownLayerException {
    Geometry geometry = Geometries.of(layer, place);
    return switch (layer.getPoolingType()) {
      case MAX -> new MaxPool(Optional.of(geometry));
      case AVG ->
          new AveragePool(
              Optional.of(geometry),
              layer.isAvgPoolIncludePadInDivisor()
                  ? AveragePool.Divisor.KERNEL
                  : AveragePool.Divisor.COVERED);
      case SUM, PNORM ->
          throw new UnknownLayerException(place.name(), layer.getPoolingType() + " pooling");
    };
  }

  static Layer pool(GlobalPoolingLayer layer, VertexList.Place place) throws UnknownLayerException {
    int[] axes = layer.getPoolingDimensions();
    if (!layer.isCollapseDimensions() || (axes != null && !Arrays.equals(axes, PIXELS))) {
      throw new UnknownLayerException(place.name(), "axes of its own");
    }
    return switch (layer.getPoolingType()) {
      case AVG -> new AveragePool(Optional.empty(), AveragePool.Divisor.KERNEL);
      case SUM -> new AveragePool(Optional.empty(), AveragePool.Divisor.ONE);
      case MAX -> new MaxPool(Optional.empty());
      case PNORM ->
          throw new UnknownLayerException(place.name(), layer.getPoolingType() + " pooling");
    };
  }
}
