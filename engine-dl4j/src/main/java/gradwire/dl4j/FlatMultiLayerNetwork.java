package gradwire.dl4j;

import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer-by-layer network in our memory. One thread. */
@SuppressWarnings("overrides") // of two of DL4J's own methods
final class FlatMultiLayerNetwork extends MultiLayerNetwork implements FlatNetwork {
  private static final long serialVersionUID = 1L;

  FlatMultiLayerNetwork(
      MultiLayerConfiguration configuration, INDArray parameters, INDArray gradients) {
    super(configuration);
    init(parameters, false);
    useGradients(gradients);
  }

  @Override
  public Model model() {
    return this;
  }

  @Override
  public List<NamedLayer> layers() {
    return NamedLayer.of(this);
  }

  @Override
  public boolean dividesByBatchSize() {
    return conf().isMiniBatch();
  }

  @Override
  public void useGradients(INDArray gradients) {
    flattenedGradients = gradients;
    setBackpropGradientsViewArray(gradients);
  }

  @Override
  public double computeGradient(INDArray[] features, INDArray[] labels) {
    setInput(features[0]);
    setLabels(labels[0]);
    computeGradientAndScore();
    return score();
  }

  @Override
  public INDArray[] infer(INDArray[] features) {
    return new INDArray[] {output(features[0], false)};
  }

  /** None: the server's optimizer regularises. */
  @Override
  public double calcRegularizationScore(boolean backpropParamsOnly) {
    return 0;
  }
}
