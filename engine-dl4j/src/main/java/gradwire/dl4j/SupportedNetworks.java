package gradwire.dl4j;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;

/** Refuses what the engine can't compute as promised, naming the layer and the feature. */
final class SupportedNetworks {
  private SupportedNetworks() {}

  /**
   * @throws UsageException if {@code network} can't be run
   */
  static void require(MultiLayerNetwork network) {
    requireFloat(network.getLayerWiseConfigurations().getDataType());
    requireStandard(network.getLayerWiseConfigurations().getBackpropType());
    requireLayers(List.of(network.getLayers()));
    Expect.that(
        network.getOutputLayer() instanceof IOutputLayer,
        "network",
        "an output layer with a loss at the end",
        network.getOutputLayer().getClass().getSimpleName(),
        "add an OutputLayer or LossLayer");
  }

  /**
   * @throws UsageException if {@code graph} can't be run
   */
  static void require(ComputationGraph graph) {
    requireFloat(graph.getConfiguration().getDataType());
    requireStandard(graph.getConfiguration().getBackpropType());
    requireLayers(List.of(graph.getLayers()));
  }

  private static void requireFloat(DataType type) {
    Expect.that(
        type == DataType.FLOAT,
        "network",
        "data type FLOAT",
        type,
        "set .dataType(DataType.FLOAT) in the configuration");
  }

  private static void requireStandard(BackpropType type) {
    Expect.that(
        type == BackpropType.Standard,
        "network",
        "standard backpropagation",
        type,
        "a gradient is one batch here; set .backpropType(BackpropType.Standard)");
  }

  private static void requireLayers(List<Layer> layers) {
    for (Layer layer : layers) {
      boolean frozen = layer instanceof FrozenLayer || layer instanceof FrozenLayerWithBackprop;
      Expect.that(
          !frozen,
          where(layer),
          "a layer that trains",
          "a frozen one",
          "the servers train all parameters; unfreeze it");
      Expect.that(
          !(layer.conf().getLayer().getIDropout() instanceof Dropout dropout
              && dropout.getPSchedule() != null),
          where(layer),
          "a constant dropout",
          "a dropout schedule",
          "the engine doesn't know the step; give a number");
    }
  }

  private static String where(Layer layer) {
    return "layer " + layer.conf().getLayer().getLayerName() + " (" + layer.getIndex() + ")";
  }
}
