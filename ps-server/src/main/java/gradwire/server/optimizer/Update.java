package gradwire.server.optimizer;

import gradwire.tensor.TensorKind;
import java.util.Objects;

/**
 * One update of all weights: a rule with its scalars (learning rate, bias correction) computed.
 * Immutable, so that threads may apply one update to different blocks at the same time.
 */
public final class Update {
  /** A rule's loop over {@code [0, length)}; {@code weightDecay} is 0 where none shall be. */
  @FunctionalInterface
  interface Rule {
    void apply(float[] weights, float[][] slots, float[] gradient, int length, float weightDecay);
  }

  private final Rule rule;
  private final int numSlots;
  private final float weightDecay;

  Update(int numSlots, double weightDecay, Rule rule) {
    this.rule = rule;
    this.numSlots = numSlots;
    this.weightDecay = (float) weightDecay;
  }

  /**
   * Applies the gradient to elements {@code [0, length)} of a block; in place, reads {@code
   * gradient} only. Only a {@link TensorKind#WEIGHT} decays. A {@link TensorKind#STATISTIC} gets
   * {@code w = w - g} whatever the rule, its slots untouched. The arrays must be different ones.
   *
   * @param weights {@code [>= length] float32}
   * @param slots {@code [numSlots][>= length] float32}
   * @param gradient {@code [>= length] float32}, as the caller averaged it
   * @throws IndexOutOfBoundsException if an array is too short; nothing was changed then
   */
  public void apply(
      float[] weights, float[][] slots, float[] gradient, int length, TensorKind kind) {
    checkLengths(weights, slots, gradient, length);
    switch (kind) {
      case WEIGHT -> rule.apply(weights, slots, gradient, length, weightDecay);
      case BIAS -> rule.apply(weights, slots, gradient, length, 0);
      case STATISTIC -> subtract(weights, gradient, length);
    }
  }

  private void checkLengths(float[] weights, float[][] slots, float[] gradient, int length) {
    Objects.checkFromIndexSize(0, length, weights.length);
    Objects.checkFromIndexSize(0, length, gradient.length);
    Objects.checkFromIndexSize(0, numSlots, slots.length);
    for (int slot = 0; slot < numSlots; slot++) {
      Objects.checkFromIndexSize(0, length, slots[slot].length);
    }
  }

  private static void subtract(float[] weights, float[] gradient, int length) {
    for (int i = 0; i < length; i++) {
      weights[i] -= gradient[i];
    }
  }
}
