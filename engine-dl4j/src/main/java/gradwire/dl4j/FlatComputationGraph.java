package gradwire.dl4j;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A graph network in our memory. One thread. */
final class FlatComputationGraph extends ComputationGraph implements FlatNetwork {
  private static final long serialVersionUID = 1L;

  FlatComputationGraph(
      ComputationGraphConfiguration configuration, INDArray parameters, INDArray gradients) {
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

  /** The names of all vertices, each after those that it reads. */
  List<String> orderedNames() {
    return Arrays.stream(topologicalSortOrder())
        .mapToObj(index -> getVertices()[index].getVertexName())
        .toList();
  }

  @Override
  public boolean dividesByBatchSize() {
    return conf().isMiniBatch();
  }

  @Override
  public void useGradients(INDArray gradients) {
    flattenedGradients = gradients;
    INDArray flat = gradients.reshape(gradients.length());
    long offset = 0;
    for (int index : topologicalSortOrder()) {
      long length = getVertices()[index].numParams();
      if (length > 0) {
        INDArray view = flat.get(NDArrayIndex.interval(offset, offset + length));
        getVertices()[index].setBackpropGradientsViewArray(view);
        offset += length;
      }
    }
  }

  @Override
  public double computeGradient(INDArray[] features, INDArray[] labels) {
    setInputs(features);
    setLabels(labels);
    computeGradientAndScore();
    return score();
  }

  @Override
  public INDArray[] infer(INDArray[] features) {
    return output(false, features);
  }

  /** None: the server's optimizer regularises. */
  @Override
  public double calcRegularizationScore(boolean backpropParamsOnly) {
    return 0;
  }
}
