package gradwire.server.optimizer;

import gradwire.update.LearningRate;
import java.util.Objects;

/**
 * Adam (Kingma, Ba, 2014) and AdamW (Loshchilov, Hutter, 2017). Slot 0: {@code m}, the mean
 * gradient; slot 1: {@code v}, the mean square; each {@code [length] float32}, 0 at first.
 *
 * <p>{@code m = beta1 * m + (1 - beta1) * g; v = beta2 * v + (1 - beta2) * g ^ 2; w = w - lr_t * m
 * / (sqrt(v) + epsilon)} with {@code lr_t = lr * sqrt(1 - beta2 ^ t) / (1 - beta1 ^ t)} at update
 * {@code t}.
 *
 * <p>Source: TensorFlow's {@code ApplyAdam}. Epsilon stands beside the uncorrected root: it is the
 * paper's "epsilon hat" (end of its section 2), not the epsilon of its Algorithm 1, and acts {@code
 * 1 / sqrt(1 - beta2 ^ t)} times as strongly in early steps. (PyTorch has Algorithm 1.)
 *
 * <p>AdamW decays beside the rule, by the schedule's rate and without bias correction, as Keras
 * does: {@code w = w - lr * weight_decay * w - lr_t * m / (sqrt(v) + epsilon)}.
 *
 * <p>The powers and {@code lr_t} are computed in float64; TensorFlow multiplies the powers up in
 * float32.
 *
 * @param decoupled AdamW's decay instead of the coupled one
 */
record Adam(
    LearningRate learningRate,
    double weightDecay,
    boolean decoupled,
    double beta1,
    double beta2,
    double epsilon)
    implements Optimizer {
  /** What one update needs: {@code lr_t}, {@code 1 - beta1}, {@code 1 - beta2}, epsilon. */
  record Scalars(float rate, float renewedMean, float renewedSquare, float epsilon) {}

  @Override
  public int numSlots() {
    return 2;
  }

  @Override
  public float initialSlotValue(int slot) {
    Objects.checkIndex(slot, numSlots());
    return 0;
  }

  @Override
  public Update at(long updateNumber) {
    double rate = learningRate.at(updateNumber);
    Scalars scalars = scalars(rate, updateNumber);
    return new Update(
        numSlots(),
        decoupled ? rate * weightDecay : weightDecay,
        rule(scalars, decoupled),
        decoupled ? NativeRule.ADAMW : NativeRule.ADAM,
        scalars.rate(),
        scalars.renewedMean(),
        scalars.renewedSquare(),
        scalars.epsilon());
  }

  private Scalars scalars(double rate, long updateNumber) {
    double meanCorrection = 1 - StrictMath.pow(beta1, updateNumber);
    double squareCorrection = 1 - StrictMath.pow(beta2, updateNumber);
    return new Scalars(
        (float) (rate * Math.sqrt(squareCorrection) / meanCorrection),
        (float) (1 - beta1),
        (float) (1 - beta2),
        (float) epsilon);
  }

  private static Update.Rule rule(Scalars scalars, boolean decoupled) {
    float rate = scalars.rate();
    float renewedMean = scalars.renewedMean();
    float renewedSquare = scalars.renewedSquare();
    float epsilon = scalars.epsilon();
    return (weights, slots, gradient, length, decay) -> {
      float[] mean = slots[0];
      float[] square = slots[1];
      float before = decoupled ? 0 : decay;
      float beside = decoupled ? decay : 0;
      for (int i = 0; i < length; i++) {
        float w = weights[i];
        float g = gradient[i] + before * w;
        float m = mean[i] + (g - mean[i]) * renewedMean;
        float v = square[i] + (g * g - square[i]) * renewedSquare;
        mean[i] = m;
        square[i] = v;
        weights[i] = w - beside * w - rate * m / ((float) Math.sqrt(v) + epsilon);
      }
    };
  }
}
