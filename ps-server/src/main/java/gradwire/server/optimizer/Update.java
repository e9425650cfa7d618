package gradwire.server.optimizer;

import gradwire.tensor.TensorKind;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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

  /**
   * A rule's loop over whole vectors of off-heap memory, from one state into another, which may be
   * the same; offsets and length in bytes, {@code at} in weights and slots, {@code from} in the
   * gradient.
   */
  @FunctionalInterface
  interface LaneRule {
    void apply(
        SlotState state,
        SlotState into,
        long at,
        MemorySegment gradient,
        long from,
        int numBytes,
        float weightDecay);
  }

  private final Rule rule;
  private final @Nullable LaneRule laneRule;
  private final int numSlots;
  private final float weightDecay;

  /**
   * @param laneRule the same rule on lanes; null where there are none
   */
  Update(int numSlots, double weightDecay, Rule rule, @Nullable LaneRule laneRule) {
    this.rule = rule;
    this.laneRule = laneRule;
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

  /**
   * Applies the gradient to as many of the elements {@code [at, at + length)} as whole vectors
   * hold; the bits are those of {@link #apply}, which the caller uses for the rest.
   *
   * @param state weights and slots before
   * @param into where they go; may be {@code state}
   * @param at first element in both
   * @param gradient float32, off-heap, as the caller averaged it
   * @param from first element in {@code gradient}
   * @return number of elements done, 0 where there are no lanes; a {@link TensorKind#STATISTIC} has
   *     none
   * @throws IndexOutOfBoundsException if a segment is too short; some elements are changed then
   */
  public int applyLanes(
      SlotState state,
      SlotState into,
      long at,
      MemorySegment gradient,
      long from,
      int length,
      TensorKind kind) {
    if (laneRule == null || kind == TensorKind.STATISTIC) {
      return 0;
    }
    int numBytes = Lanes.wholeBytes(length);
    float decay = kind == TensorKind.WEIGHT ? weightDecay : 0;
    laneRule.apply(state, into, at * Float.BYTES, gradient, from * Float.BYTES, numBytes, decay);
    return numBytes / Float.BYTES;
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
