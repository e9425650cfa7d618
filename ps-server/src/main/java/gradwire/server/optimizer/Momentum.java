package gradwire.server.optimizer;

import gradwire.update.LearningRate;
import java.util.Objects;

/**
 * Momentum (Polyak), and Nesterov's as Sutskever et al. (2013) reformulate it. Slot 0: {@code a},
 * {@code [length] float32}, 0 at first.
 *
 * <ul>
 *   <li>both: {@code a = momentum * a + g}
 *   <li>momentum: {@code w = w - lr * a}
 *   <li>nesterov: {@code w = w - (lr * g + lr * momentum * a)}
 * </ul>
 *
 * <p>Source: TensorFlow's {@code ApplyMomentum}. The learning rate stands outside the accumulator:
 * a schedule acts at once on all that has accumulated. (Keras has it inside.)
 */
record Momentum(LearningRate learningRate, double weightDecay, double momentum, boolean nesterov)
    implements Optimizer {
  @Override
  public int numSlots() {
    return 1;
  }

  @Override
  public float initialSlotValue(int slot) {
    Objects.checkIndex(slot, numSlots());
    return 0;
  }

  @Override
  public Update at(long updateNumber) {
    float rate = (float) learningRate.at(updateNumber);
    float kept = (float) momentum;
    if (!nesterov) {
      return new Update(
          numSlots(), weightDecay, plain(rate, kept), NativeRule.MOMENTUM, rate, kept);
    }
    float ahead = rate * kept;
    return new Update(
        numSlots(),
        weightDecay,
        nesterov(rate, kept, ahead),
        NativeRule.NESTEROV,
        rate,
        kept,
        ahead);
  }

  private static Update.Rule plain(float rate, float momentum) {
    return (weights, slots, gradient, length, decay) -> {
      float[] accumulator = slots[0];
      for (int i = 0; i < length; i++) {
        float w = weights[i];
        float a = momentum * accumulator[i] + (gradient[i] + decay * w);
        accumulator[i] = a;
        weights[i] = w - rate * a;
      }
    };
  }

  private static Update.Rule nesterov(float rate, float momentum, float ahead) {
    return (weights, slots, gradient, length, decay) -> {
      float[] accumulator = slots[0];
      for (int i = 0; i < length; i++) {
        float w = weights[i];
        float g = gradient[i] + decay * w;
        float a = momentum * accumulator[i] + g;
        accumulator[i] = a;
        weights[i] = w - (rate * g + ahead * a);
      }
    };
  }
}
