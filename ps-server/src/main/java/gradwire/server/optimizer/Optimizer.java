package gradwire.server.optimizer;

import gradwire.update.LearningRate;
import gradwire.update.OptimizerSpec;

/**
 * One rule that turns gradients into weights, with its hyperparameters. Immutable; its state, the
 * slots, belongs to the caller.
 *
 * <p>A slot is one float32 for each element of a tensor: an optimizer with 2 slots needs twice the
 * memory of the weights beside them. Closed on purpose: a new rule must face every switch.
 *
 * <p>{@code weight_decay} is coupled, {@code g = g + weight_decay * w} before the rule (the
 * gradient of {@code weight_decay / 2 * w ^ 2}, DL4J's {@code l2}), for all but {@code adamw}.
 */
public sealed interface Optimizer permits Sgd, Momentum, Adagrad, RmsProp, Adam {
  /**
   * The rule that {@code spec} names, its open hyperparameters at their defaults.
   *
   * @throws gradwire.error.UsageException if {@code spec} has {@linkplain OptimizerSpec#problems
   *     problems}
   */
  static Optimizer of(OptimizerSpec spec) {
    OptimizerSpec settings = spec.withDefaults();
    LearningRate learningRate = LearningRate.of(settings);
    double weightDecay = settings.hyperparameter("weight_decay");
    return switch (settings.known()) {
      case SGD -> new Sgd(learningRate, weightDecay);
      case MOMENTUM -> momentum(settings, learningRate, false);
      case NESTEROV -> momentum(settings, learningRate, true);
      case ADAGRAD ->
          new Adagrad(
              learningRate, weightDecay, settings.hyperparameter("initial_accumulator_value"));
      case RMSPROP ->
          new RmsProp(
              learningRate,
              weightDecay,
              settings.hyperparameter("decay"),
              settings.hyperparameter("momentum"),
              settings.hyperparameter("epsilon"));
      case ADAM -> adam(settings, learningRate, false);
      case ADAMW -> adam(settings, learningRate, true);
    };
  }

  private static Momentum momentum(
      OptimizerSpec settings, LearningRate learningRate, boolean nesterov) {
    return new Momentum(
        learningRate,
        settings.hyperparameter("weight_decay"),
        settings.hyperparameter("momentum"),
        nesterov);
  }

  private static Adam adam(OptimizerSpec settings, LearningRate learningRate, boolean decoupled) {
    return new Adam(
        learningRate,
        settings.hyperparameter("weight_decay"),
        decoupled,
        settings.hyperparameter("beta1"),
        settings.hyperparameter("beta2"),
        settings.hyperparameter("epsilon"));
  }

  /** How many slots each tensor needs. */
  int numSlots();

  /**
   * What every element of slot {@code slot} holds before the first update.
   *
   * @throws IndexOutOfBoundsException unless {@code 0 <= slot < numSlots()}
   */
  float initialSlotValue(int slot);

  /**
   * The rule with the scalars of one update.
   *
   * @param updateNumber 1 for the first update of these weights
   */
  Update at(long updateNumber);
}
