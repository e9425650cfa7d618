package gradwire.dl4j;

import gradwire.kernels.cpu.Activation;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** DL4J's activations as kernels. */
final class Activations {
  /** Those without settings. */
  private static final Map<Class<?>, Activation> KNOWN =
      Map.of(
          ActivationIdentity.class, Activation.IDENTITY,
          ActivationTanH.class, Activation.TANH,
          ActivationSigmoid.class, Activation.SIGMOID,
          ActivationSoftPlus.class, Activation.SOFTPLUS,
          ActivationSoftSign.class, Activation.SOFTSIGN,
          ActivationSwish.class, Activation.SWISH,
          ActivationHardTanH.class, Activation.HARD_TANH,
          ActivationCube.class, Activation.CUBE);

  private Activations() {}

  /** Empty where none computes the same. */
  static Optional<Activation> of(IActivation activation) {
    if (Relu.isPlain(activation)) {
      return Optional.of(Activation.RELU);
    }
    if (activation instanceof ActivationELU elu && elu.getAlpha() == 1) {
      return Optional.of(Activation.ELU);
    }
    return Optional.ofNullable(KNOWN.get(activation.getClass()));
  }

  /**
   * @throws UnknownLayerException if none computes the same
   */
  static Activation of(IActivation activation, VertexList.Place place)
      throws UnknownLayerException {
    return of(activation)
        .orElseThrow(() -> new UnknownLayerException(place.name(), "the activation " + activation));
  }

  /** The layer's. */
  static Activation of(BaseLayer layer, VertexList.Place place) throws UnknownLayerException {
    return of(layer.getActivationFn(), place);
  }

  /** What a layer with weights can do itself. */
  static Activation inner(Activation activation) {
    return activation.hasSlopeByValue() ? activation : Activation.IDENTITY;
  }

  /** What is then left for a layer of its own. */
  static Activation outer(Activation activation) {
    return activation.hasSlopeByValue() ? Activation.IDENTITY : activation;
  }
}
