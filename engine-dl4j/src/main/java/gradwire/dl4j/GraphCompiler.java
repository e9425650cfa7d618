package gradwire.dl4j;

import gradwire.plan.Concat;
import gradwire.plan.LastStep;
import gradwire.plan.Layer;
import gradwire.plan.NetworkSpec;
import gradwire.plan.Range;
import gradwire.plan.Sum;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;

/** {@link NetworkCompiler}'s counterpart for graphs with one input and one output. One use. */
final class GraphCompiler {
  private final ComputationGraphConfiguration configuration;
  private final VertexList vertices;

  /** The number of every DL4J vertex's result. */
  private final Map<String, Integer> numbers = new HashMap<>();

  private GraphCompiler(ComputationGraphConfiguration configuration, Parameters table) {
    this.configuration = configuration;
    this.vertices = new VertexList(table);
  }

  /**
   * @param order the names of the vertices, such that each comes after those that it reads
   * @throws UnknownLayerException if there is a vertex that isn't known
   */
  static NetworkSpec compile(
      ComputationGraphConfiguration configuration, List<String> order, Parameters table)
      throws UnknownLayerException {
    return new GraphCompiler(configuration, table).compile(order);
  }

  private NetworkSpec compile(List<String> order) throws UnknownLayerException {
    if (configuration.getNetworkInputs().size() != 1
        || configuration.getNetworkOutputs().size() != 1) {
      throw new UnknownLayerException("the graph", "several inputs or outputs");
    }
    requireAllRead();
    addInput(configuration.getNetworkInputs().getFirst());
    for (String name : order) {
      GraphVertex vertex = configuration.getVertices().get(name);
      if (vertex instanceof LayerVertex layer) {
        VertexList.Place place = place(name, layer);
        if (configuration.getNetworkOutputs().contains(name)) {
          return vertices.endingWith(place);
        }
        numbers.put(name, vertices.addLayer(place));
      } else if (vertex != null) {
        numbers.put(name, addVertex(name, vertex));
      }
    }
    throw new UnknownLayerException("the graph", "no output layer at its end");
  }

  /** But for the output, which nobody may read. */
  private void requireAllRead() throws UnknownLayerException {
    for (String name : configuration.getVertices().keySet()) {
      boolean isRead =
          configuration.getVertexInputs().values().stream().anyMatch(it -> it.contains(name));
      if (isRead == configuration.getNetworkOutputs().contains(name)) {
        throw new UnknownLayerException("vertex " + name, "readers where none are, or none");
      }
    }
  }

  /** Pixels and time steps are brought into order once, for all that read them. */
  private void addInput(String input) {
    boolean isFlat =
        configuration.getVertices().entrySet().stream()
            .filter(entry -> inputs(entry.getKey()).contains(input))
            .allMatch(
                entry ->
                    entry.getValue() instanceof LayerVertex layer
                        && LayerCompiler.readsFlat(
                            layer.getLayerConf().getLayer(), layer.getPreProcessor()));
    numbers.put(input, isFlat ? NetworkSpec.INPUT : vertices.addInput());
  }

  private List<String> inputs(String name) {
    return configuration.getVertexInputs().getOrDefault(name, List.of());
  }

  private Integer number(String name) {
    return Objects.requireNonNull(numbers.get(name), "the order has what is read first");
  }

  private VertexList.Place place(String name, LayerVertex layer) throws UnknownLayerException {
    int input = number(inputs(name).getFirst());
    VertexList.Place place = new VertexList.Place(layer.getLayerConf().getLayer(), name, input);
    return layer.getPreProcessor() == null
        ? place
        : vertices.addPreprocessor(layer.getPreProcessor(), place);
  }

  private int addVertex(String name, GraphVertex vertex) throws UnknownLayerException {
    Layer layer =
        switch (vertex) {
          case ElementWiseVertex elements when elements.getOp() == ElementWiseVertex.Op.Add ->
              new Sum();
          case MergeVertex merge when merge.getMergeAxis() == MergeVertex.DEFAULT_MERGE_DIM ->
              new Concat();
          case LastTimeStepVertex ignored -> new LastStep();
          default ->
              throw new UnknownLayerException(
                  "vertex " + name + " (" + vertex.getClass().getSimpleName() + ")", "no kernels");
        };
    return vertices.add(layer, inputs(name).stream().map(this::number).toList(), Range.NONE);
  }
}
