package gradwire.server.shard;

import gradwire.tensor.TensorKind;
import gradwire.update.OptimizerSpec;

/**
 * The float32 arithmetic of an update, one element at a time and written down once more: what every
 * kernel must give, to the bit. Learning rate constant, update 1.
 */
final class ScalarReference {
  private final OptimizerSpec spec;

  ScalarReference(OptimizerSpec spec) {
    this.spec = spec.withDefaults();
  }

  /** Mean in the order of the documented tree. */
  static float mean(float[][] gradients, int element) {
    return tree(gradients, 0, gradients.length, element) / gradients.length;
  }

  private static float tree(float[][] gradients, int from, int to, int element) {
    if (to - from == 1) {
      return gradients[from][element];
    }
    int left = 1;
    while (left * 2 < to - from) {
      left *= 2;
    }
    return tree(gradients, from, from + left, element) + tree(gradients, from + left, to, element);
  }

  /**
   * Changes one element.
   *
   * @param state {@code [1 + numSlots] float32}: the weight, then its slots
   */
  void apply(float[] state, float mean, TensorKind kind) {
    if (kind == TensorKind.STATISTIC) {
      state[0] = state[0] - mean;
      return;
    }
    float decay = kind == TensorKind.WEIGHT ? (float) of("weight_decay") : 0;
    switch (spec.known()) {
      case SGD -> state[0] -= rate() * (mean + decay * state[0]);
      case MOMENTUM -> state[0] -= rate() * accumulate(state, mean + decay * state[0]);
      case NESTEROV -> nesterov(state, mean + decay * state[0]);
      case ADAGRAD -> adagrad(state, mean + decay * state[0]);
      case RMSPROP -> rmsProp(state, mean + decay * state[0]);
      case ADAM -> state[0] = state[0] - 0f * state[0] - adam(state, mean + decay * state[0]);
      case ADAMW -> adamW(state, mean, kind);
    }
  }

  private float accumulate(float[] state, float g) {
    state[1] = (float) of("momentum") * state[1] + g;
    return state[1];
  }

  private void nesterov(float[] state, float g) {
    float ahead = rate() * (float) of("momentum");
    float a = accumulate(state, g);
    state[0] -= rate() * g + ahead * a;
  }

  private void adagrad(float[] state, float g) {
    state[1] += g * g;
    state[0] -= rate() * g / (float) Math.sqrt(state[1]);
  }

  private void rmsProp(float[] state, float g) {
    state[1] += (g * g - state[1]) * (float) (1 - of("decay"));
    float step = rate() * g / (float) Math.sqrt(state[1] + (float) of("epsilon"));
    state[2] = (float) of("momentum") * state[2] + step;
    state[0] -= state[2];
  }

  private void adamW(float[] state, float g, TensorKind kind) {
    double decay = kind == TensorKind.WEIGHT ? of("learning_rate") * of("weight_decay") : 0;
    float w = state[0];
    state[0] = w - (float) decay * w - adam(state, g + 0f * w);
  }

  private float adam(float[] state, float g) {
    float rate = (float) (of("learning_rate") * Math.sqrt(1 - of("beta2")) / (1 - of("beta1")));
    state[1] += (g - state[1]) * (float) (1 - of("beta1"));
    state[2] += (g * g - state[2]) * (float) (1 - of("beta2"));
    return rate * state[1] / ((float) Math.sqrt(state[2]) + (float) of("epsilon"));
  }

  private float rate() {
    return (float) of("learning_rate");
  }

  private double of(String hyperparameter) {
    return spec.hyperparameter(hyperparameter);
  }
}
