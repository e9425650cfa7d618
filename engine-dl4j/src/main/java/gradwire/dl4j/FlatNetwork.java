package gradwire.dl4j;

import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A DL4J network whose parameters and gradients lie in arrays that we gave it, and whose score has
 * no regularisation terms. One thread.
 */
sealed interface FlatNetwork permits FlatMultiLayerNetwork, FlatComputationGraph {
  /** What DL4J's own functions take. */
  Model model();

  /** All layers with parameters, in any order. */
  List<NamedLayer> layers();

  /** Whether DL4J divides losses and gradients by the batch size. */
  boolean dividesByBatchSize();

  /** Makes {@code gradients}, {@code [1, numFloats]}, what the layers write. */
  void useGradients(INDArray gradients);

  /**
   * DL4J's own forward and backward; the gradient is the sum over the batch.
   *
   * @return the loss as DL4J reduces it: the mean if {@link #dividesByBatchSize}, else the sum
   */
  double computeGradient(INDArray[] features, INDArray[] labels);

  /** The outputs as at inference. */
  INDArray[] infer(INDArray[] features);
}
