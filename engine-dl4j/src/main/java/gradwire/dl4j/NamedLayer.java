package gradwire.dl4j;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * One layer (or vertex) that has parameters.
 *
 * @param name what DL4J puts before its parameters' names: the index, or the vertex's name
 */
record NamedLayer(String name, Trainable layer) {
  static List<NamedLayer> of(MultiLayerNetwork network) {
    return IntStream.range(0, network.getLayers().length)
        .mapToObj(i -> new NamedLayer(Integer.toString(i), network.getLayer(i)))
        .filter(NamedLayer::hasParameters)
        .toList();
  }

  static List<NamedLayer> of(ComputationGraph graph) {
    return Arrays.stream(graph.getVertices())
        .map(vertex -> new NamedLayer(vertex.getVertexName(), vertex))
        .filter(NamedLayer::hasParameters)
        .toList();
  }

  private boolean hasParameters() {
    return layer.numParams() > 0;
  }
}
