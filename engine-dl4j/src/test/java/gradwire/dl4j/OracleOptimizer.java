package gradwire.dl4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.update.OptimizerSpec;

/** The servers' rules in float64, TensorFlow's formulas, straight from the specification. */
final class OracleOptimizer {
  private final OptimizerSpec spec;
  private final double rate;
  private final double decay;
  private final double[] first;
  private final double[] second;
  private int step;

  OracleOptimizer(OptimizerSpec spec, long numFloats) {
    this.spec = spec;
    this.rate = value("learning_rate");
    this.decay = spec.hyperparameters().getOrDefault("weight_decay", 0.0);
    this.first = new double[(int) numFloats];
    this.second = new double[(int) numFloats];
    java.util.Arrays.fill(
        second, spec.hyperparameters().getOrDefault("initial_accumulator_value", 0.0));
  }

  /** One update of the engine's parameters by its gradient; {@code decayed} by element. */
  void apply(Dl4jEngine engine, boolean[] decayed) {
    step++;
    boolean decoupled = spec.name().equals("adamw");
    for (int i = 0; i < first.length; i++) {
      double w = engine.parameters().getAtIndex(JAVA_FLOAT, i);
      double pull = decayed[i] ? decay * w : 0;
      double g = engine.gradient().getAtIndex(JAVA_FLOAT, i) + (decoupled ? 0 : pull);
      double moved = w - move(i, g) - (decoupled ? rate * pull : 0);
      engine.parameters().setAtIndex(JAVA_FLOAT, i, (float) moved);
    }
  }

  private double move(int i, double g) {
    return switch (spec.name()) {
      case "sgd" -> rate * g;
      case "nesterov" -> {
        first[i] = value("momentum") * first[i] + g;
        yield rate * g + rate * value("momentum") * first[i];
      }
      case "adagrad" -> {
        second[i] += g * g;
        yield rate * g / Math.sqrt(second[i]);
      }
      case "adam", "adamw" -> adam(i, g);
      default -> throw new IllegalArgumentException(spec.name());
    };
  }

  private double adam(int i, double g) {
    double beta1 = value("beta1");
    double beta2 = value("beta2");
    first[i] = beta1 * first[i] + (1 - beta1) * g;
    second[i] = beta2 * second[i] + (1 - beta2) * g * g;
    double corrected = rate * Math.sqrt(1 - Math.pow(beta2, step)) / (1 - Math.pow(beta1, step));
    return corrected * first[i] / (Math.sqrt(second[i]) + value("epsilon"));
  }

  private double value(String name) {
    return java.util.Objects.requireNonNull(spec.hyperparameters().get(name), name);
  }
}
