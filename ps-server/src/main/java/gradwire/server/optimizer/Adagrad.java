package gradwire.server.optimizer;

import gradwire.update.LearningRate;
import java.util.Objects;

/**
 * Adagrad (Duchi, Hazan, Singer, 2011). Slot 0: {@code a}, {@code [length] float32}, {@code
 * initial_accumulator_value} at first.
 *
 * <p>{@code a = a + g ^ 2; w = w - lr * g / sqrt(a)}
 *
 * <p>Source: TensorFlow 1's {@code ApplyAdagrad}. There is no epsilon: the accumulator's first
 * value, above 0, keeps the root away from 0. (Keras and DL4J add one beside the root.)
 */
record Adagrad(LearningRate learningRate, double weightDecay, double initialAccumulatorValue)
    implements Optimizer {
  @Override
  public int numSlots() {
    return 1;
  }

  @Override
  public float initialSlotValue(int slot) {
    Objects.checkIndex(slot, numSlots());
    return (float) initialAccumulatorValue;
  }

  @Override
  public Update at(long updateNumber) {
    float rate = (float) learningRate.at(updateNumber);
    return new Update(numSlots(), weightDecay, rule(rate), NativeRule.ADAGRAD, rate);
  }

  private static Update.Rule rule(float rate) {
    return (weights, slots, gradient, length, decay) -> {
      float[] accumulator = slots[0];
      for (int i = 0; i < length; i++) {
        float w = weights[i];
        float g = gradient[i] + decay * w;
        float a = accumulator[i] + g * g;
        accumulator[i] = a;
        weights[i] = w - rate * g / (float) Math.sqrt(a);
      }
    };
  }
}
