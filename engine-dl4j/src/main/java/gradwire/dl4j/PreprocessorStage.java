package gradwire.dl4j;

import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What DL4J puts between two layers that see shapes differently. One thread. */
final class PreprocessorStage implements Stage {
  private final InputPreProcessor preprocessor;
  private final LayerWorkspaceMgr workspaces;

  PreprocessorStage(InputPreProcessor preprocessor, LayerWorkspaceMgr workspaces) {
    this.preprocessor = preprocessor;
    this.workspaces = workspaces;
  }

  @Override
  public INDArray forward(INDArray input) {
    return preprocessor.preProcess(input, (int) input.size(0), workspaces);
  }

  @Override
  public INDArray backward(INDArray outputGradient) {
    return preprocessor.backprop(outputGradient, (int) outputGradient.size(0), workspaces);
  }
}
