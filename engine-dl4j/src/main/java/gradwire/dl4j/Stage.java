package gradwire.dl4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One link of a chain of layers. One thread; {@code forward} then {@code backward}, once each for a
 * gradient.
 */
interface Stage {
  /**
   * Training-mode activations.
   *
   * @param input {@code [batch, ...]}; read only, and read again by {@code backward}
   */
  INDArray forward(INDArray input);

  /**
   * Writes the gradients of this stage's parameters.
   *
   * @param outputGradient of the last {@code forward}'s result; may be overwritten
   * @return the gradient of the last input; anything where nobody needs it
   */
  INDArray backward(INDArray outputGradient);
}
