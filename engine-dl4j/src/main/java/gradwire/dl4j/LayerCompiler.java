package gradwire.dl4j;

import gradwire.kernels.cpu.Activation;
import gradwire.plan.BatchNorm;
import gradwire.plan.Dense;
import gradwire.plan.Elements;
import gradwire.plan.Embedding;
import gradwire.plan.Layer;
import gradwire.plan.LayerNorm;
import gradwire.plan.Lstm;
import gradwire.plan.Range;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.params.LSTMParamInitializer;
import org.jspecify.annotations.Nullable;

/** Makes a plan's layers of DL4J's layer configurations. Immutable. */
final class LayerCompiler {
  private final LayerRanges ranges;
  private final WindowCompiler windows;

  LayerCompiler(LayerRanges ranges) {
    this.ranges = ranges;
    this.windows = new WindowCompiler(ranges);
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

  /** Whether a layer's input is features in no order, {@code [batch, features]}, for sure. */
  static boolean readsFlat(
      org.deeplearning4j.nn.conf.layers.Layer layer, @Nullable InputPreProcessor preprocessor) {
    return preprocessor == null
        ? layer instanceof DenseLayer
            || layer instanceof OutputLayer
            || layer instanceof EmbeddingLayer
            || layer instanceof EmbeddingSequenceLayer
        : preprocessor instanceof FeedForwardToCnnPreProcessor;
  }

  /**
   * @throws UnknownLayerException if there is none that computes the same
   */
  Compiled compile(VertexList.Place place) throws UnknownLayerException {
    requirePlain(place);
    return switch (place.configuration()) {
      case DenseLayer dense when dense.getClass() == DenseLayer.class && !dense.hasLayerNorm() -> {
        Activation activation = Activations.of(dense, place);
        yield new Compiled(
            affine(dense, dense.hasBias(), place, Activations.inner(activation)),
            Activations.outer(activation));
      }
      case DepthwiseConvolution2D convolution
          when convolution.getClass() == DepthwiseConvolution2D.class ->
          windows.depthwise(convolution, place);
      case ConvolutionLayer convolution
          when convolution.getClass() == ConvolutionLayer.class
              || convolution.getClass() == Convolution1DLayer.class ->
          windows.convolution(convolution, place);
      case SubsamplingLayer pool
          when pool.getClass() == SubsamplingLayer.class
              || pool.getClass() == Subsampling1DLayer.class ->
          new Compiled(WindowCompiler.pool(pool, place));
      case GlobalPoolingLayer pool when pool.getClass() == GlobalPoolingLayer.class ->
          new Compiled(WindowCompiler.pool(pool, place));
      case BatchNormalization norm when norm.getClass() == BatchNormalization.class ->
          new Compiled(batchNorm(norm, place));
      case LSTM lstm when lstm.getClass() == LSTM.class -> new Compiled(lstm(lstm, place));
      case EmbeddingLayer embedding when embedding.getClass() == EmbeddingLayer.class ->
          embedding(embedding, Embedding.Ids.ONE, embedding.hasBias(), place);
      case EmbeddingSequenceLayer embedding
          when embedding.getClass() == EmbeddingSequenceLayer.class -> {
        Geometries.requireStepsLast(embedding.getOutputFormat(), place);
        yield embedding(embedding, Embedding.Ids.SEQUENCE, embedding.hasBias(), place);
      }
      case ActivationLayer activation when activation.getClass() == ActivationLayer.class ->
          new Compiled(new Elements(Activations.of(activation.getActivationFn(), place)));
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
    return new Dense(
        (int) layer.getNIn(),
        (int) layer.getNOut(),
        matrix(layer, place),
        ranges.bias(place, hasBias),
        activation);
  }

  /** Weights of an input by an output. */
  private Range matrix(FeedForwardLayer layer, VertexList.Place place)
      throws UnknownLayerException {
    return ofSize(ranges.of(place, LayerRanges.WEIGHTS), layer.getNIn() * layer.getNOut(), place);
  }

  private static Range ofSize(Range weights, long numFloats, VertexList.Place place)
      throws UnknownLayerException {
    if (weights.length() != numFloats) {
      throw new UnknownLayerException(place.name(), "weights of another size");
    }
    return weights;
  }

  /** A layer of DL4J's that is two of a plan. */
  record Halves(Layer first, Compiled second) {}

  /**
   * @throws UnknownLayerException if there is none that computes the same
   */
  Halves separable(SeparableConvolution2D layer, VertexList.Place place)
      throws UnknownLayerException {
    requirePlain(place);
    return new Halves(windows.separate(layer, place), windows.combine(layer, place));
  }

  /**
   * A dense layer with layer norm: a product, then norm and bias.
   *
   * @throws UnknownLayerException if there is none that computes the same
   */
  Halves normalized(DenseLayer layer, VertexList.Place place) throws UnknownLayerException {
    requirePlain(place);
    Layer norm =
        new LayerNorm(
            ranges.of(place, DefaultParamInitializer.GAIN_KEY),
            ranges.bias(place, layer.hasBias()));
    return new Halves(
        affine(layer, false, place, Activation.IDENTITY),
        new Compiled(norm, Activations.of(layer, place)));
  }

  private Layer lstm(LSTM layer, VertexList.Place place) throws UnknownLayerException {
    Geometries.requireStepsLast(layer.getRnnDataFormat(), place);
    if (Activations.of(layer, place) != Activation.TANH
        || Activations.of(layer.getGateActivationFn(), place) != Activation.SIGMOID) {
      throw new UnknownLayerException(place.name(), "activations other than tanh and sigmoid");
    }
    long numGates = 4 * layer.getNOut();
    Range weights = ranges.of(place, LSTMParamInitializer.INPUT_WEIGHT_KEY);
    Range recurrent = ranges.of(place, LSTMParamInitializer.RECURRENT_WEIGHT_KEY);
    return new Lstm(
        (int) layer.getNIn(),
        (int) layer.getNOut(),
        ofSize(weights, layer.getNIn() * numGates, place),
        ofSize(recurrent, layer.getNOut() * numGates, place),
        ofSize(ranges.of(place, LSTMParamInitializer.BIAS_KEY), numGates, place));
  }

  private Compiled embedding(
      FeedForwardLayer layer, Embedding.Ids ids, boolean hasBias, VertexList.Place place)
      throws UnknownLayerException {
    Layer embedding =
        new Embedding(
            (int) layer.getNIn(),
            (int) layer.getNOut(),
            ids,
            matrix(layer, place),
            ranges.isRowMajor(place, LayerRanges.WEIGHTS),
            ranges.bias(place, hasBias));
    return new Compiled(embedding, Activations.of(layer, place));
  }

  private Layer batchNorm(BatchNormalization layer, VertexList.Place place)
      throws UnknownLayerException {
    Geometries.requireChannelsFirst(layer.getCnn2DFormat(), place);
    if (layer.isLockGammaBeta() || !layer.isMinibatch()) {
      throw new UnknownLayerException(place.name(), "gamma and beta locked, or no mini-batches");
    }
    return new BatchNorm(
        ranges.of(place, BatchNormalizationParamInitializer.GAMMA),
        ranges.of(place, BatchNormalizationParamInitializer.BETA),
        ranges.of(place, BatchNormalizationParamInitializer.GLOBAL_MEAN),
        ranges.of(
            place,
            layer.isUseLogStd()
                ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
                : BatchNormalizationParamInitializer.GLOBAL_VAR),
        new BatchNorm.Settings(layer.getEps(), layer.getDecay(), layer.isUseLogStd()));
  }

  /** No random draws but dropout's, which is a vertex of its own. */
  private static void requirePlain(VertexList.Place place) throws UnknownLayerException {
    if (place.configuration() instanceof BaseLayer base && base.getWeightNoise() != null) {
      throw new UnknownLayerException(place.name(), "weight noise");
    }
  }
}
