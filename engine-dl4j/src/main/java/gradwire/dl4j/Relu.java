package gradwire.dl4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;

/**
 * {@code max(0, z)}. Its slope can be told from its value, as that of no activation can (it is
 * always 1): what {@link #suits} accepts needs no z in the backward pass.
 */
final class Relu {
  private Relu() {}

  /** Whether {@code activation} is this, without DL4J's threshold, maximum or negative slope. */
  static boolean isPlain(IActivation activation) {
    return activation instanceof ActivationReLU relu
        && relu.getMax() == null
        && relu.getThreshold() == null
        && relu.getNegativeSlope() == null;
  }

  /** Whether {@code activation} is this or none. */
  static boolean suits(IActivation activation) {
    return isPlain(activation) || activation.getClass() == ActivationIdentity.class;
  }

  /** In place. */
  static void apply(MemorySegment values) {
    long length = Floats.length(values);
    for (long i = 0; i < length; i++) {
      values.setAtIndex(JAVA_FLOAT, i, Math.max(0f, values.getAtIndex(JAVA_FLOAT, i)));
    }
  }

  /** {@code gradient} becomes 0 where {@code activations}, of the same length, are. */
  static void zeroWhereInactive(MemorySegment gradient, MemorySegment activations) {
    long length = Floats.length(activations);
    for (long i = 0; i < length; i++) {
      float slope = activations.getAtIndex(JAVA_FLOAT, i) > 0 ? 1 : 0;
      gradient.setAtIndex(JAVA_FLOAT, i, gradient.getAtIndex(JAVA_FLOAT, i) * slope);
    }
  }
}
