package gradwire.server.optimizer;

import gradwire.tensor.TensorKind;
import gradwire.update.OptimizerSpec;
import java.util.Arrays;
import java.util.Map;

/**
 * All optimizers once more, one float64 element at a time, as textbooks write them: moving averages
 * as {@code b * x + (1 - b) * y}, powers multiplied up, schedules by their own formulas. Shares no
 * arithmetic with what it checks. One thread.
 */
final class ScalarOracle {
  private final String rule;
  private final Map<String, Double> settings;
  private final String schedule;
  private final Map<String, Double> scheduleSettings;
  private final double[] first;
  private final double[] second;
  final double[] weights;
  private double beta1Power = 1;
  private double beta2Power = 1;
  private long numUpdates;

  ScalarOracle(OptimizerSpec spec, float[] initialWeights) {
    OptimizerSpec filled = spec.withDefaults();
    rule = filled.name();
    settings = filled.hyperparameters();
    schedule = filled.schedule().name();
    scheduleSettings = filled.schedule().hyperparameters();
    weights = new double[initialWeights.length];
    first = new double[initialWeights.length];
    second = new double[initialWeights.length];
    Arrays.setAll(weights, i -> initialWeights[i]);
    if (rule.equals("adagrad")) {
      Arrays.fill(first, of(settings, "initial_accumulator_value"));
    }
    if (rule.equals("rmsprop")) {
      Arrays.fill(first, 1);
    }
  }

  void apply(float[] gradient, TensorKind kind) {
    beta1Power *= settings.getOrDefault("beta1", 0.0);
    beta2Power *= settings.getOrDefault("beta2", 0.0);
    double learningRate = learningRate(numUpdates++);
    for (int i = 0; i < weights.length; i++) {
      weights[i] =
          kind == TensorKind.STATISTIC
              ? weights[i] - gradient[i]
              : weights[i] - difference(i, gradient[i], learningRate, kind);
    }
  }

  private double difference(int i, double gradient, double learningRate, TensorKind kind) {
    double decay = kind == TensorKind.WEIGHT ? of(settings, "weight_decay") : 0;
    double g = rule.equals("adamw") ? gradient : gradient + decay * weights[i];
    return switch (rule) {
      case "sgd" -> learningRate * g;
      case "momentum" -> learningRate * accumulate(i, g);
      case "nesterov" ->
          learningRate * g + learningRate * of(settings, "momentum") * accumulate(i, g);
      case "adagrad" -> learningRate * g / Math.sqrt(first[i] += g * g);
      case "rmsprop" -> rmsProp(i, g, learningRate);
      case "adam" -> adam(i, g, learningRate);
      case "adamw" -> learningRate * decay * weights[i] + adam(i, g, learningRate);
      default -> throw new AssertionError(rule);
    };
  }

  private double accumulate(int i, double g) {
    return first[i] = of(settings, "momentum") * first[i] + g;
  }

  private double rmsProp(int i, double g, double learningRate) {
    double decay = of(settings, "decay");
    first[i] = decay * first[i] + (1 - decay) * g * g;
    double step = learningRate * g / Math.sqrt(first[i] + of(settings, "epsilon"));
    return second[i] = of(settings, "momentum") * second[i] + step;
  }

  private double adam(int i, double g, double learningRate) {
    double beta1 = of(settings, "beta1");
    double beta2 = of(settings, "beta2");
    first[i] = beta1 * first[i] + (1 - beta1) * g;
    second[i] = beta2 * second[i] + (1 - beta2) * g * g;
    double corrected = learningRate * Math.sqrt(1 - beta2Power) / (1 - beta1Power);
    return corrected * first[i] / (Math.sqrt(second[i]) + of(settings, "epsilon"));
  }

  /** TensorFlow's formulas at global step {@code globalStep}, which counts from 0. */
  private double learningRate(long globalStep) {
    double initial = of(settings, "learning_rate");
    double warmup = of(scheduleSettings, "warmup_steps");
    if (globalStep < warmup) {
      return initial * (globalStep + 1) / warmup;
    }
    return schedule.equals("constant") ? initial : scheduled(initial, globalStep - warmup);
  }

  private double scheduled(double initial, double step) {
    double length = of(scheduleSettings, "decay_steps");
    double x = step / length;
    double rate = scheduleSettings.getOrDefault("decay_rate", 1.0);
    if (scheduleSettings.getOrDefault("staircase", 0.0) == 1) {
      x = Math.floor(x);
    }
    return switch (schedule) {
      case "exponential" -> initial * Math.exp(x * Math.log(rate));
      case "step" -> initial * Math.exp(Math.floor(x) * Math.log(rate));
      case "inverse_time" -> initial / (1 + rate * x);
      case "polynomial" -> {
        double end = of(scheduleSettings, "end_learning_rate");
        double left = Math.max(0, 1 - x);
        yield end + (initial - end) * Math.exp(of(scheduleSettings, "power") * Math.log(left));
      }
      case "cosine" -> {
        double alpha = of(scheduleSettings, "alpha");
        double half = Math.pow(Math.cos(Math.PI / 2 * Math.min(1, x)), 2);
        yield initial * (alpha + (1 - alpha) * half);
      }
      default -> throw new AssertionError(schedule);
    };
  }

  /** What isn't there must not be used: it spoils every result. */
  private static double of(Map<String, Double> settings, String name) {
    return settings.getOrDefault(name, Double.NaN);
  }
}
