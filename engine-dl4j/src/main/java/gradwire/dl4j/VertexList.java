package gradwire.dl4j;

import gradwire.kernels.cpu.Activation;
import gradwire.plan.ChannelsFirst;
import gradwire.plan.ChannelsLast;
import gradwire.plan.Elements;
import gradwire.plan.Layer;
import gradwire.plan.Loss;
import gradwire.plan.NetworkSpec;
import gradwire.plan.Range;
import gradwire.plan.Shape;
import gradwire.plan.Vertex;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;

/**
 * The vertices of a plan as DL4J's layers are added to it; what DL4J has as one layer may be
 * several of them. One thread.
 */
final class VertexList {
  private final Parameters table;
  private final LayerCompiler layers;
  private final List<Vertex> vertices = new ArrayList<>();

  /**
   * @param table where the network's parameters lie
   */
  VertexList(Parameters table) {
    this.table = table;
    this.layers = new LayerCompiler(table);
  }

  /**
   * A layer where it stands.
   *
   * @param configuration DL4J's
   * @param key DL4J's name for it, which its parameters' names begin with
   * @param input the vertex that it reads
   */
  record Place(org.deeplearning4j.nn.conf.layers.Layer configuration, String key, int input) {
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

  /** Adds the network's input, images with channels first, as images; returns its number. */
  int addImages() {
    return add(new ChannelsLast(Optional.empty()), NetworkSpec.INPUT);
  }

  /**
   * Adds what is between {@code input} and the layer {@code key}, if anything.
   *
   * @return the number of what the layer is to read
   * @throws UnknownLayerException if it isn't known
   */
  int addPreprocessor(InputPreProcessor preprocessor, String key, int input)
      throws UnknownLayerException {
    return switch (preprocessor) {
      case FeedForwardToCnnPreProcessor images ->
          add(new ChannelsLast(Optional.of(shape(images))), input);
      case CnnToFeedForwardPreProcessor flat when flat.getFormat() == CNN2DFormat.NCHW ->
          add(new ChannelsFirst(), input);
      default ->
          throw new UnknownLayerException(
              "layer " + key, "a " + preprocessor.getClass().getSimpleName());
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
    LayerCompiler.Compiled compiled = layers.compile(place);
    int vertex = add(compiled.layer(), List.of(place.input()), range(place.key()));
    return compiled.then() == Activation.IDENTITY
        ? vertex
        : add(new Elements(compiled.then()), vertex);
  }

  /**
   * The whole, which ends with this layer.
   *
   * @throws UnknownLayerException if it isn't known
   */
  NetworkSpec endingWith(Place place) throws UnknownLayerException {
    Loss loss =
        switch (place.configuration()) {
          case OutputLayer output when output.getClass() == OutputLayer.class -> {
            Layer affine = layers.affine(output, output.hasBias(), place);
            add(affine, List.of(place.input()), range(place.key()));
            yield Losses.of(output.getLossFn(), output.getActivationFn(), place.name());
          }
          case LossLayer layer when layer.getClass() == LossLayer.class ->
              Losses.of(layer.getLossFn(), layer.getActivationFn(), place.name());
          default -> throw new UnknownLayerException(place.name(), "no loss that is known");
        };
    return new NetworkSpec(vertices, loss);
  }

  private Range range(String key) {
    ParameterRange range = table.rangeOf(key);
    return new Range(range.begin(), range.length());
  }
}
