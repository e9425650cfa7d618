package gradwire.dl4j;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Any other DL4J layer, run as DL4J runs it, but that a convolution isn't computed a second time
 * for its backward pass where its activations serve as well as what they were made of. One thread.
 */
final class LayerStage implements Stage {
  private final Layer layer;
  private final LayerWorkspaceMgr workspaces;
  private final @Nullable ConvolutionLayer recalled;

  /**
   * @param workspaces holds all arrays from {@code forward} to the end of {@code backward}
   */
  LayerStage(Layer layer, LayerWorkspaceMgr workspaces) {
    this.layer = layer;
    this.workspaces = workspaces;
    this.recalled =
        layer instanceof ConvolutionLayer convolution && canRecall(convolution)
            ? convolution
            : null;
    layer.allowInputModification(false);
  }

  @Override
  public INDArray forward(INDArray input) {
    INDArray activations = layer.activate(input, true, workspaces);
    if (recalled != null) {
      recalled.setPreOutput(activations);
    }
    return activations;
  }

  @Override
  public INDArray backward(INDArray outputGradient) {
    INDArray inputGradient = layer.backpropGradient(outputGradient, workspaces).getSecond();
    if (recalled != null) {
      recalled.setPreOutput(null);
    }
    return inputGradient;
  }

  private static boolean canRecall(ConvolutionLayer layer) {
    return layer.getHelper() != null && Relu.suits(layer.layerConf().getActivationFn());
  }
}
