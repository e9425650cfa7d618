package gradwire.dl4j;

import gradwire.kernels.cpu.Window.Size;
import gradwire.plan.Geometry;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.jspecify.annotations.Nullable;

/** How DL4J's layers go over images, and over sequences, which are images of one row in a plan. */
final class Geometries {
  private Geometries() {}

  /** What DL4J's layers say, an entry for each axis; sequences have one that counts. */
  private record Windows(int[] kernel, int[] stride, int[] padding, int[] dilation, boolean same) {
    Geometry ofPixels() {
      return new Geometry(size(kernel), size(stride), size(padding), size(dilation), same);
    }

    private static Size size(int[] pair) {
      return new Size(pair[0], pair[1]);
    }

    Geometry ofSteps() {
      return new Geometry(
          new Size(1, kernel[0]),
          new Size(1, stride[0]),
          new Size(0, padding[0]),
          new Size(1, dilation[0]),
          same);
    }
  }

  /**
   * @throws UnknownLayerException if there is none that is the same
   */
  static Geometry of(ConvolutionLayer layer, VertexList.Place place) throws UnknownLayerException {
    Windows windows =
        new Windows(
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            isSame(layer.getConvolutionMode(), place));
    if (layer instanceof Convolution1DLayer steps) {
      requireStepsLast(steps.getRnnDataFormat(), place);
      return known(windows.ofSteps(), place);
    }
    requireChannelsFirst(layer.getCnn2dDataFormat(), place);
    return known(windows.ofPixels(), place);
  }

  /**
   * @throws UnknownLayerException if there is none that is the same
   */
  static Geometry of(SubsamplingLayer layer, VertexList.Place place) throws UnknownLayerException {
    Windows windows =
        new Windows(
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            isSame(layer.getConvolutionMode(), place));
    if (layer instanceof Subsampling1DLayer) {
      return known(windows.ofSteps(), place);
    }
    requireChannelsFirst(layer.getCnn2dDataFormat(), place);
    return known(windows.ofPixels(), place);
  }

  /** Pixels between windows have no place in {@code Same}: DL4J throws, or begins before them. */
  private static Geometry known(Geometry geometry, VertexList.Place place)
      throws UnknownLayerException {
    Size kernel = geometry.kernel();
    Size stride = geometry.stride();
    Size dilation = geometry.dilation();
    int rows = beyond(kernel.height(), dilation.height(), stride.height());
    int columns = beyond(kernel.width(), dilation.width(), stride.width());
    if (geometry.same() && Math.max(rows, columns) > 1) {
      throw new UnknownLayerException(place.name(), "a stride beyond its kernel, and Same");
    }
    return geometry;
  }

  /** How much further than the kernel reaches the next window begins. */
  private static int beyond(int kernel, int dilation, int stride) {
    return stride - ((kernel - 1) * dilation + 1);
  }

  private static boolean isSame(ConvolutionMode mode, VertexList.Place place)
      throws UnknownLayerException {
    boolean same = mode == ConvolutionMode.Same;
    if (!same && mode != ConvolutionMode.Truncate) {
      throw new UnknownLayerException(place.name(), "the convolution mode " + mode);
    }
    return same;
  }

  /** Images are {@code [channels, rows, columns]}. */
  static void requireChannelsFirst(CNN2DFormat format, VertexList.Place place)
      throws UnknownLayerException {
    if (format != CNN2DFormat.NCHW) {
      throw new UnknownLayerException(place.name(), "the format " + format);
    }
  }

  /** Sequences are {@code [features, time steps]}; nothing said means the same. */
  static void requireStepsLast(@Nullable RNNFormat format, VertexList.Place place)
      throws UnknownLayerException {
    if (format == RNNFormat.NWC) {
      throw new UnknownLayerException(place.name(), "the format " + format);
    }
  }
}
