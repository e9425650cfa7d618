package gradwire.kernels.gradient;

import gradwire.tensor.TensorKind;
import gradwire.update.LearningRate;
import gradwire.update.OptimizerSpec;

/**
 * One optimizer's rule with the scalars of one update, as its kernel takes them. Formulas, sources
 * and initial slots: the parameter server's optimizers, whose float32 scalars these are.
 */
public sealed interface OptimizerStep {
  /** Slots that the rule keeps: vectors of the weights' length. */
  int numSlots();

  record Sgd(float rate, float decay) implements OptimizerStep {
    @Override
    public int numSlots() {
      return 0;
    }
  }

  record Momentum(float rate, float momentum, float decay) implements OptimizerStep {
    @Override
    public int numSlots() {
      return 1;
    }
  }

  record Nesterov(float rate, float momentum, float decay) implements OptimizerStep {
    @Override
    public int numSlots() {
      return 1;
    }
  }

  record Adagrad(float rate, float decay) implements OptimizerStep {
    @Override
    public int numSlots() {
      return 1;
    }
  }

  /**
   * @param renewed {@code 1 - decay} of the mean square
   * @param decay of the weights
   */
  record RmsProp(float rate, float renewed, float momentum, float epsilon, float decay)
      implements OptimizerStep {
    @Override
    public int numSlots() {
      return 2;
    }
  }

  /**
   * Adam, and AdamW with the decay {@code beside} the rule.
   *
   * @param rate with the bias correction
   * @param renewedMean {@code 1 - beta1}
   * @param renewedSquare {@code 1 - beta2}
   * @param epsilon beside the uncorrected root: "epsilon hat"
   */
  record Adam(
      float rate, float renewedMean, float renewedSquare, float epsilon, float before, float beside)
      implements OptimizerStep {
    @Override
    public int numSlots() {
      return 2;
    }
  }

  /** {@code w = w - g}, whatever the optimizer; its slots, as many as it has, stay as they are. */
  record Subtract(int numSlots) implements OptimizerStep {}

  /**
   * The step that {@code spec} makes of update {@code updateNumber}, 1 for the first.
   *
   * @param kind only weights decay; a statistic is {@link Subtract}
   * @throws gradwire.error.UsageException if {@code spec} has problems
   */
  static OptimizerStep of(OptimizerSpec spec, long updateNumber, TensorKind kind) {
    OptimizerStep step = of(spec.withDefaults(), updateNumber, kind == TensorKind.WEIGHT);
    return kind == TensorKind.STATISTIC ? new Subtract(step.numSlots()) : step;
  }

  private static OptimizerStep of(OptimizerSpec settings, long updateNumber, boolean decays) {
    double exactRate = LearningRate.of(settings).at(updateNumber);
    double exactDecay = decays ? settings.hyperparameter("weight_decay") : 0;
    float rate = (float) exactRate;
    float decay = (float) exactDecay;
    return switch (settings.known()) {
      case SGD -> new Sgd(rate, decay);
      case MOMENTUM -> new Momentum(rate, single(settings, "momentum"), decay);
      case NESTEROV -> new Nesterov(rate, single(settings, "momentum"), decay);
      case ADAGRAD -> new Adagrad(rate, decay);
      case RMSPROP ->
          new RmsProp(
              rate,
              (float) (1 - settings.hyperparameter("decay")),
              single(settings, "momentum"),
              single(settings, "epsilon"),
              decay);
      case ADAM -> adam(settings, exactRate, updateNumber, decay, 0);
      case ADAMW -> adam(settings, exactRate, updateNumber, 0, (float) (exactRate * exactDecay));
    };
  }

  private static Adam adam(
      OptimizerSpec settings, double rate, long updateNumber, float before, float beside) {
    double beta1 = settings.hyperparameter("beta1");
    double beta2 = settings.hyperparameter("beta2");
    double corrected =
        rate
            * Math.sqrt(1 - StrictMath.pow(beta2, updateNumber))
            / (1 - StrictMath.pow(beta1, updateNumber));
    return new Adam(
        (float) corrected,
        (float) (1 - beta1),
        (float) (1 - beta2),
        single(settings, "epsilon"),
        before,
        beside);
  }

  private static float single(OptimizerSpec settings, String hyperparameter) {
    return (float) settings.hyperparameter(hyperparameter);
  }
}
