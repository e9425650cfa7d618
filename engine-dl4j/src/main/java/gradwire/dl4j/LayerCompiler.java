package gradwire.dl4j;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.Window.Size;
import gradwire.plan.AveragePool;
import gradwire.plan.BatchNorm;
import gradwire.plan.Convolution;
import gradwire.plan.Dense;
import gradwire.plan.Elements;
import gradwire.plan.Geometry;
import gradwire.plan.Layer;
import gradwire.plan.MaxPool;
import gradwire.plan.Range;
import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.activations.IActivation;

/** Makes a plan's layers of DL4J's layer configurations. Immutable. */
final class LayerCompiler {
  /** Of {@code [batch, channels, rows, columns]}. */
  private static final int[] PIXELS = {2, 3};

  private final Parameters table;

  LayerCompiler(Parameters table) {
    this.table = table;
  }

  /**
   * A layer.
   *
   * @param then the activation after it, where the layer doesn't have it itself
   */
  record Compiled(Layer layer, Activation then) {
    Compiled(Layer layer) {
      this(layer, Activation.IDENTITY);
    }
  }

  /** Whether a layer without a preprocessor has images as its input. */
  static boolean readsImages(org.deeplearning4j.nn.conf.layers.Layer layer) {
    return layer instanceof ConvolutionLayer || layer instanceof SubsamplingLayer;
  }

  /**
   * @throws UnknownLayerException if there is none that computes the same
   */
  Compiled compile(VertexList.Place place) throws UnknownLayerException {
    requirePlain(place);
    return switch (place.configuration()) {
      case DenseLayer dense when dense.getClass() == DenseLayer.class && !dense.hasLayerNorm() -> {
        Activation activation = activation(dense.getActivationFn(), place);
        yield new Compiled(
            affine(dense, dense.hasBias(), place, inner(activation)), outer(activation));
      }
      case ConvolutionLayer convolution when convolution.getClass() == ConvolutionLayer.class ->
          convolution(convolution, place);
      case SubsamplingLayer pool when pool.getClass() == SubsamplingLayer.class ->
          new Compiled(pool(pool, place));
      case GlobalPoolingLayer pool when pool.getClass() == GlobalPoolingLayer.class ->
          new Compiled(pool(pool, place));
      case BatchNormalization norm when norm.getClass() == BatchNormalization.class ->
          new Compiled(batchNorm(norm, place));
      case ActivationLayer activation when activation.getClass() == ActivationLayer.class ->
          new Compiled(new Elements(activation(activation.getActivationFn(), place)));
      default -> throw new UnknownLayerException(place.name(), "no kernels");
    };
  }

  /** A dense layer without its activation. */
  Layer affine(FeedForwardLayer layer, boolean hasBias, VertexList.Place place)
      throws UnknownLayerException {
    requirePlain(place);
    return affine(layer, hasBias, place, Activation.IDENTITY);
  }

  private Layer affine(
      FeedForwardLayer layer, boolean hasBias, VertexList.Place place, Activation activation)
      throws UnknownLayerException {
    Range weights = range(place.key() + "_W");
    Optional<Range> bias = hasBias ? Optional.of(range(place.key() + "_b")) : Optional.empty();
    if (weights.length() != layer.getNIn() * layer.getNOut()) {
      throw new UnknownLayerException(place.name(), "weights of another size");
    }
    return new Dense((int) layer.getNIn(), (int) layer.getNOut(), weights, bias, activation);
  }

  private Compiled convolution(ConvolutionLayer layer, VertexList.Place place)
      throws UnknownLayerException {
    requireImages(layer.getCnn2dDataFormat(), place);
    Activation activation = activation(layer.getActivationFn(), place);
    Geometry geometry =
        geometry(
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            layer.getConvolutionMode(),
            place);
    Optional<Range> bias =
        layer.hasBias() ? Optional.of(range(place.key() + "_b")) : Optional.empty();
    return new Compiled(
        new Convolution(
            (int) layer.getNOut(), geometry, range(place.key() + "_W"), bias, inner(activation)),
        outer(activation));
  }

  private static Layer pool(SubsamplingLayer layer, VertexList.Place place)
      throws UnknownLayerException {
    requireImages(layer.getCnn2dDataFormat(), place);
    Geometry geometry =
        geometry(
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            layer.getConvolutionMode(),
            place);
    return switch (layer.getPoolingType()) {
      case MAX -> new MaxPool(geometry);
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

  private static Layer pool(GlobalPoolingLayer layer, VertexList.Place place)
      throws UnknownLayerException {
    int[] axes = layer.getPoolingDimensions();
    if (!layer.isCollapseDimensions() || (axes != null && !Arrays.equals(axes, PIXELS))) {
      throw new UnknownLayerException(place.name(), "axes of its own");
    }
    return switch (layer.getPoolingType()) {
      case AVG -> new AveragePool(Optional.empty(), AveragePool.Divisor.KERNEL);
      case SUM -> new AveragePool(Optional.empty(), AveragePool.Divisor.ONE);
      case MAX, PNORM ->
          throw new UnknownLayerException(place.name(), layer.getPoolingType() + " pooling");
    };
  }

  private Layer batchNorm(BatchNormalization layer, VertexList.Place place)
      throws UnknownLayerException {
    requireImages(layer.getCnn2DFormat(), place);
    if (layer.isLockGammaBeta() || !layer.isMinibatch()) {
      throw new UnknownLayerException(place.name(), "gamma and beta locked, or no mini-batches");
    }
    String key = place.key() + "_";
    return new BatchNorm(
        range(key + BatchNormalizationParamInitializer.GAMMA),
        range(key + BatchNormalizationParamInitializer.BETA),
        range(key + BatchNormalizationParamInitializer.GLOBAL_MEAN),
        range(
            key
                + (layer.isUseLogStd()
                    ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
                    : BatchNormalizationParamInitializer.GLOBAL_VAR)),
        new BatchNorm.Settings(layer.getEps(), layer.getDecay(), layer.isUseLogStd()));
  }

  private static Geometry geometry(
      int[] kernel,
      int[] stride,
      int[] padding,
      int[] dilation,
      ConvolutionMode mode,
      VertexList.Place place)
      throws UnknownLayerException {
    boolean same = mode == ConvolutionMode.Same;
    if (!same && mode != ConvolutionMode.Truncate) {
      throw new UnknownLayerException(place.name(), "the convolution mode " + mode);
    }
    return new Geometry(size(kernel), size(stride), size(padding), size(dilation), same);
  }

  private static Size size(int[] pair) {
    return new Size(pair[0], pair[1]);
  }

  private Range range(String dl4jName) throws UnknownLayerException {
    return table.parameters().stream()
        .filter(parameter -> parameter.dl4jName().equals(dl4jName))
        .findAny()
        .map(parameter -> new Range(parameter.offset(), parameter.numFloats()))
        .orElseThrow(() -> new UnknownLayerException("the network", "no parameter " + dl4jName));
  }

  private static Activation activation(IActivation activation, VertexList.Place place)
      throws UnknownLayerException {
    return Activations.of(activation)
        .orElseThrow(() -> new UnknownLayerException(place.name(), "the activation " + activation));
  }

  /** What a layer with weights can do itself. */
  private static Activation inner(Activation activation) {
    return activation.hasSlopeByValue() ? activation : Activation.IDENTITY;
  }

  private static Activation outer(Activation activation) {
    return activation.hasSlopeByValue() ? Activation.IDENTITY : activation;
  }

  private static void requireImages(CNN2DFormat format, VertexList.Place place)
      throws UnknownLayerException {
    if (format != CNN2DFormat.NCHW) {
      throw new UnknownLayerException(place.name(), "the format " + format);
    }
  }

  /** No random draws. */
  private static void requirePlain(VertexList.Place place) throws UnknownLayerException {
    if (place.configuration().getIDropout() != null) {
      throw new UnknownLayerException(place.name(), "dropout");
    }
    if (place.configuration() instanceof BaseLayer base && base.getWeightNoise() != null) {
      throw new UnknownLayerException(place.name(), "weight noise");
    }
  }
}
