package gradwire.plan;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.ElementLoss;
import gradwire.kernels.cpu.SoftmaxLoss;

/** A network's last activation and what it is judged by. Immutable. */
public sealed interface Loss {
  /** Softmax and a cross entropy. */
  record Softmax(SoftmaxLoss loss) implements Loss {}

  /** An activation element by element, and a loss that is a sum over elements. */
  record Elements(Activation activation, ElementLoss loss) implements Loss {}
}
