package gradwire.dl4j;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.ElementLoss;
import gradwire.plan.Loss;
import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** DL4J's loss functions as a plan's. */
final class Losses {
  private Losses() {}

  /**
   * @throws UnknownLayerException if there is none that computes the same
   */
  static Loss of(ILossFunction function, IActivation activation, String name)
      throws UnknownLayerException {
    if (activation instanceof ActivationSoftmax) {
      return SoftmaxStage.lossOf(function)
          .map(Loss.Softmax::new)
          .orElseThrow(() -> new UnknownLayerException(name, "the loss " + function));
    }
    Optional<Activation> known = Activations.of(activation);
    ElementLoss loss =
        switch (function) {
          case LossMSE mse when mse.getClass() == LossMSE.class && mse.getWeights() == null ->
              ElementLoss.MEAN_SQUARED;
          case LossL2 l2 when l2.getClass() == LossL2.class && l2.getWeights() == null ->
              ElementLoss.SQUARED;
          case LossBinaryXENT entropy
              when entropy.getClass() == LossBinaryXENT.class
                  && entropy.getWeights() == null
                  && known.equals(Optional.of(Activation.SIGMOID)) ->
              ElementLoss.BINARY_CROSS_ENTROPY;
          default -> throw new UnknownLayerException(name, "the loss " + function);
        };
    return new Loss.Elements(
        known.orElseThrow(() -> new UnknownLayerException(name, "the activation " + activation)),
        loss);
  }
}
