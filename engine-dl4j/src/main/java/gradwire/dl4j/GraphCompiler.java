package gradwire.dl4j;

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

  /** Images are brought into order once, for all that read them. */
  private void addInput(String input) {
    boolean images =
        configuration.getVertices().entrySet().stream()
            .filter(entry -> inputs(entry.getKey()).contains(input))
            .anyMatch(
                entry ->
                    entry.getValue() instanceof LayerVertex layer
                        && layer.getPreProcessor() == null
                        && LayerCompiler.readsImages(layer.getLayerConf().getLayer()));
    numbers.put(input, images ? vertices.addImages() : NetworkSpec.INPUT);
  }

  private List<String> inputs(String name) {
    return configuration.getVertexInputs().getOrDefault(name, List.of());
  }

  private Integer number(String name) {
    return Objects.requireNonNull(numbers.get(name), "the order has what is read first");
  }

  private VertexList.Place place(String name, LayerVertex layer) throws UnknownLayerException {
    int input = number(inputs(name).getFirst());
    int read =
        layer.getPreProcessor() == null
            ? input
            : vertices.addPreprocessor(layer.getPreProcessor(), name, input);
    return new VertexList.Place(layer.getLayerConf().getLayer(), name, read);
  }

  private int addVertex(String name, GraphVertex vertex) throws UnknownLayerException {
    if (vertex instanceof ElementWiseVertex elements
        && elements.getOp() == ElementWiseVertex.Op.Add) {
      return vertices.add(new Sum(), inputs(name).stream().map(this::number).toList(), Range.NONE);
    }
    throw new UnknownLayerException(
        "vertex " + name + " (" + vertex.getClass().getSimpleName() + ")", "no kernels");
  }
}
