package gradwire.server.optimizer;

import gradwire.update.LearningRate;
import java.util.Objects;

/**
 * RMSProp (Tieleman, Hinton, 2012), with momentum, not centred. Slot 0: {@code s}, the mean square,
 * 1 at first; slot 1: {@code m}, the momentum, 0 at first; each {@code [length] float32}.
 *
 * <p>{@code s = decay * s + (1 - decay) * g ^ 2; m = momentum * m + lr * g / sqrt(s + epsilon); w =
 * w - m}
 *
 * <p>Source: TensorFlow 1's {@code ApplyRMSProp} and {@code tf.train.RMSPropOptimizer}, whose mean
 * square starts at 1, not 0: first steps are small instead of huge. Epsilon stands inside the root.
 * (Keras and DL4J start at 0.) Unlike in {@link Momentum}, the learning rate is inside the
 * accumulator.
 */
record RmsProp(
    LearningRate learningRate, double weightDecay, double decay, double momentum, double epsilon)
    implements Optimizer {
  @Override
  public int numSlots() {
    return 2;
  }

  @Override
  public float initialSlotValue(int slot) {
    return Objects.checkIndex(slot, numSlots()) == 0 ? 1 : 0;
  }

  @Override
  public Update at(long updateNumber) {
    float rate = (float) learningRate.at(updateNumber);
    float renewed = (float) (1 - decay);
    float kept = (float) momentum;
    float beside = (float) epsilon;
    return new Update(
        numSlots(),
        weightDecay,
        rule(rate, renewed, kept, beside),
        NativeRule.RMSPROP,
        rate,
        renewed,
        kept,
        beside);
  }

  private static Update.Rule rule(float rate, float renewed, float momentum, float epsilon) {
    return (weights, slots, gradient, length, decay) -> {
      float[] meanSquare = slots[0];
      float[] accumulator = slots[1];
      for (int i = 0; i < length; i++) {
        float w = weights[i];
        float g = gradient[i] + decay * w;
        float s = meanSquare[i] + (g * g - meanSquare[i]) * renewed;
        float m = momentum * accumulator[i] + rate * g / (float) Math.sqrt(s + epsilon);
        meanSquare[i] = s;
        accumulator[i] = m;
        weights[i] = w - m;
      }
    };
  }
}
