package gradwire.server.optimizer;

import gradwire.update.LearningRate;

/**
 * Stochastic gradient descent: {@code w = w - lr * g}. No slots.
 *
 * <p>Source: TensorFlow's {@code ApplyGradientDescent}.
 */
record Sgd(LearningRate learningRate, double weightDecay) implements Optimizer {
  @Override
  public int numSlots() {
    return 0;
  }

  @Override
  public float initialSlotValue(int slot) {
    throw new IndexOutOfBoundsException(slot);
  }

  @Override
  public Update at(long updateNumber) {
    float rate = (float) learningRate.at(updateNumber);
    return new Update(numSlots(), weightDecay, rule(rate), NativeRule.SGD, rate);
  }

  private static Update.Rule rule(float rate) {
    return (weights, slots, gradient, length, decay) -> {
      for (int i = 0; i < length; i++) {
        float w = weights[i];
        weights[i] = w - rate * (gradient[i] + decay * w);
      }
    };
  }
}
