package gradwire.server.optimizer;

import gradwire.tensor.TensorKind;
import java.util.Arrays;
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
  private final NativeRule nativeRule;
  private final int numSlots;
  private final float weightDecay;
  private final float[] scalars;

  /**
   * @param nativeRule the same rule in C
   * @param scalars what that needs besides the weight decay
   */
  Update(int numSlots, double weightDecay, Rule rule, NativeRule nativeRule, float... scalars) {
    this.rule = rule;
    this.nativeRule = nativeRule;
    this.numSlots = numSlots;
    this.weightDecay = (float) weightDecay;
    this.scalars = Arrays.copyOf(scalars, NativeRule.MOST_SCALARS);
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

  /** Whether {@link #applyNative} can be used here, for so many replicas. */
  public static boolean isNativeFor(int numReplicas) {
    return NativeRule.isFor(numReplicas);
  }

  /**
   * Applies the mean of the gradients to elements {@code [at, at + length)}, by loops in C; the
   * bits are those of {@link #apply}.
   *
   * @throws IndexOutOfBoundsException if a segment is too short; nothing was changed then
   * @throws IllegalArgumentException if they are not {@linkplain #isNativeFor so many}
   */
  public void applyNative(Operands operands, TensorKind kind, long at, long length) {
    switch (kind) {
      case WEIGHT -> nativeRule.apply(operands, at, length, weightDecay, scalars);
      case BIAS -> nativeRule.apply(operands, at, length, 0, scalars);
      case STATISTIC -> {
        NativeRule.STATISTIC.apply(operands, at, length, 0, scalars);
        operands.copySlots(at, length);
      }
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
