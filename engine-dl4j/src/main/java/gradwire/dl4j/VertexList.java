package gradwire.dl4j;

import gradwire.kernels.cpu.Activation;
import gradwire.plan.AveragePool;
import gradwire.plan.ChannelsFirst;
import gradwire.plan.ChannelsLast;
import gradwire.plan.Dropout;
import gradwire.plan.Elements;
import gradwire.plan.Embedding;
import gradwire.plan.LastStep;
import gradwire.plan.Layer;
import gradwire.plan.Loss;
import gradwire.plan.MaxPool;
import gradwire.plan.NetworkSpec;
import gradwire.plan.Range;
import gradwire.plan.Shape;
import gradwire.plan.Vertex;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;

/**
 * The vertices of a plan as DL4J's layers are added to it; what DL4J has as one layer may be
 * several of them. One thread.
 */
final class VertexList {
  /** Layers that drop of their input before they do anything else. */
  private static final Set<Class<?>> DROP_OF_THEIR_INPUT =
      Set.of(
          DenseLayer.class,
          ConvolutionLayer.class,
          LSTM.class,
          OutputLayer.class,
          RnnOutputLayer.class,
          DropoutLayer.class);

  private final LayerRanges ranges;
  private final LayerCompiler layers;
  private final List<Vertex> vertices = new ArrayList<>();
  private int numDropouts;

  /**
   * @param table where the network's parameters lie
   */
  VertexList(Parameters table) {
    this.ranges = new LayerRanges(table);
    this.layers = new LayerCompiler(ranges);
  }

  /**
   * A layer where it stands.
   *
   * @param configuration DL4J's
   * @param key DL4J's name for it, which its parameters' names begin with
   * @param input the vertex that it reads
   */
  record Place(org.deeplearning4j.nn.conf.layers.Layer configuration, String key, int input) {
    boolean isOutput() {
      return configuration instanceof BaseOutputLayer || configuration instanceof LossLayer;
    }

    /** For messages. */
    String name() {
      return "layer " + key + " (" + configuration.getClass().getSimpleName() + ")";
    }
  }

  /** Adds a vertex; returns its number. */
  int add(Layer layer, List<Integer> inputs, Range parameters) {
    vertices.add(new Vertex(layer, inputs, parameters));
    return vertices.size() - 1;
  }

  private int add(Layer layer, int input) {
    return add(layer, List.of(input), Range.NONE);
  }

  /**
   * Adds the network's input in a plan's order, of which DL4J's is another if there are pixels or
   * time steps; returns its number.
   */
  int addInput() {
    return add(new ChannelsLast(Optional.empty(), ChannelsLast.Source.INPUT), NetworkSpec.INPUT);
  }

  /**
   * Adds what is between a layer and what it reads, if anything. Time steps as examples are the
   * same memory, unless labels come in that shape, too.
   *
   * @return the layer after it
   * @throws UnknownLayerException if it isn't known
   */
  Place addPreprocessor(InputPreProcessor preprocessor, Place place) throws UnknownLayerException {
    int input = place.input();
    int read =
        switch (preprocessor) {
          case FeedForwardToCnnPreProcessor images ->
              add(new ChannelsLast(Optional.of(shape(images)), source(input)), input);
          case CnnToFeedForwardPreProcessor flat when flat.getFormat() == CNN2DFormat.NCHW ->
              add(new ChannelsFirst(), input);
          case RnnToFeedForwardPreProcessor steps
              when steps.getRnnDataFormat() != RNNFormat.NWC
                  && (!place.isOutput() || isOneStep(input)) ->
              input;
          case FeedForwardToRnnPreProcessor steps when steps.getRnnDataFormat() != RNNFormat.NWC ->
              input;
          default ->
              throw new UnknownLayerException(
                  "layer " + place.key(), "a " + preprocessor.getClass().getSimpleName());
        };
    return new Place(place.configuration(), place.key(), read);
  }

  private static ChannelsLast.Source source(int input) {
    return input == NetworkSpec.INPUT ? ChannelsLast.Source.INPUT : ChannelsLast.Source.VERTEX;
  }

  /** Whether all time steps have become one, for sure. */
  private boolean isOneStep(int vertex) {
    return vertex != NetworkSpec.INPUT
        && switch (vertices.get(vertex).layer()) {
          case LastStep() -> true;
          case AveragePool(var geometry, var ignored) -> geometry.isEmpty();
          case MaxPool(var geometry) -> geometry.isEmpty();
          default -> false;
        };
  }

  private static Shape shape(FeedForwardToCnnPreProcessor images) {
    return new Shape(
        (int) images.getInputHeight(), (int) images.getInputWidth(), (int) images.getNumChannels());
  }

  /**
   * Adds a hidden layer; returns the number of its result.
   *
   * @throws UnknownLayerException if it isn't known
   */
  int addLayer(Place place) throws UnknownLayerException {
    if (place.configuration() instanceof LastTimeStep last) {
      Place inner = new Place(last.getUnderlying(), place.key(), addDropout(place));
      return add(new LastStep(), addLayer(inner));
    }
    if (place.configuration() instanceof DropoutLayer) {
      return addDropout(place);
    }
    if (place.configuration() instanceof SeparableConvolution2D separable
        && separable.getClass() == SeparableConvolution2D.class) {
      return addHalves(layers.separable(separable, place), place);
    }
    if (place.configuration() instanceof DenseLayer dense
        && dense.getClass() == DenseLayer.class
        && dense.hasLayerNorm()) {
      return addHalves(layers.normalized(dense, place), place);
    }
    LayerCompiler.Compiled compiled = layers.compile(place);
    if (compiled.layer() instanceof Embedding && place.input() != NetworkSpec.INPUT) {
      throw new UnknownLayerException(place.name(), "an input that is not the network's");
    }
    return add(compiled, addDropout(place), ranges.all(place));
  }

  /** All parameters belong to the first half, whose gradient is ready last. */
  private int addHalves(LayerCompiler.Halves halves, Place place) throws UnknownLayerException {
    int first = add(halves.first(), List.of(addDropout(place)), ranges.all(place));
    return add(halves.second(), first, Range.NONE);
  }

  private int add(LayerCompiler.Compiled compiled, int input, Range parameters) {
    int vertex = add(compiled.layer(), List.of(input), parameters);
    return compiled.then() == Activation.IDENTITY
        ? vertex
        : add(new Elements(compiled.then()), vertex);
  }

  /** Adds what a layer drops of its input, if anything; returns the number of what is left. */
  private int addDropout(Place place) throws UnknownLayerException {
    return switch (place.configuration().getIDropout()) {
      case null -> place.input();
      case org.deeplearning4j.nn.conf.dropout.Dropout dropout
          when dropout.getClass() == org.deeplearning4j.nn.conf.dropout.Dropout.class
              && dropout.getPSchedule() == null
              && DROP_OF_THEIR_INPUT.contains(place.configuration().getClass()) ->
          add(new Dropout(dropout.getP(), numDropouts++), place.input());
      default -> throw new UnknownLayerException(place.name(), "a dropout of its own");
    };
  }

  /**
   * The whole, which ends with this layer.
   *
   * @throws UnknownLayerException if it isn't known
   */
  NetworkSpec endingWith(Place place) throws UnknownLayerException {
    return switch (place.configuration()) {
      case OutputLayer output when output.getClass() == OutputLayer.class ->
          new NetworkSpec(vertices(output, output.hasBias(), place), loss(output, place));
      case RnnOutputLayer output when output.getClass() == RnnOutputLayer.class -> {
        Geometries.requireStepsLast(output.getRnnDataFormat(), place);
        yield new NetworkSpec(vertices(output, output.hasBias(), place), loss(output, place), true);
      }
      case LossLayer layer when layer.getClass() == LossLayer.class ->
          new NetworkSpec(
              vertices, Losses.of(layer.getLossFn(), layer.getActivationFn(), place.name()));
      default -> throw new UnknownLayerException(place.name(), "no loss that is known");
    };
  }

  /** All, with the product that an output layer ends in. */
  private List<Vertex> vertices(BaseOutputLayer layer, boolean hasBias, Place place)
      throws UnknownLayerException {
    Layer affine = layers.affine(layer, hasBias, place);
    add(affine, List.of(addDropout(place)), ranges.all(place));
    return vertices;
  }

  private static Loss loss(BaseOutputLayer layer, Place place) throws UnknownLayerException {
    return Losses.of(layer.getLossFn(), layer.getActivationFn(), place.name());
  }
}
