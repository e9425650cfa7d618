package gradwire.dl4j;

import gradwire.plan.NetworkSpec;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;

/**
 * Makes a {@link NetworkSpec} of a DL4J configuration. What it doesn't know exactly, it refuses by
 * name: a compiled network never computes something else than DL4J would.
 */
final class NetworkCompiler {
  private NetworkCompiler() {}

  /**
   * @param table where the network's parameters lie
   * @throws UnknownLayerException if there is a layer that isn't known
   */
  static NetworkSpec compile(MultiLayerConfiguration configuration, Parameters table)
      throws UnknownLayerException {
    VertexList vertices = new VertexList(table);
    int last = configuration.getConfs().size() - 1;
    int previous = NetworkSpec.INPUT;
    for (int i = 0; i <= last; i++) {
      org.deeplearning4j.nn.conf.layers.Layer layer = configuration.getConf(i).getLayer();
      InputPreProcessor preprocessor = configuration.getInputPreProcess(i);
      if (i == 0 && !LayerCompiler.readsFlat(layer, preprocessor)) {
        previous = vertices.addInput();
      }
      VertexList.Place place = new VertexList.Place(layer, Integer.toString(i), previous);
      if (preprocessor != null) {
        place = vertices.addPreprocessor(preprocessor, place);
      }
      if (i == last) {
        return vertices.endingWith(place);
      }
      previous = vertices.addLayer(place);
    }
    throw new UnknownLayerException("the network", "no layers");
  }
}
