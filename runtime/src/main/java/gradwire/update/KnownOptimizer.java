package gradwire.update;

import static gradwire.update.Hyperparameter.optional;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The optimizers that servers run, with their hyperparameters and defaults. Closed on purpose: a
 * new one must face every switch.
 *
 * <p>Names and defaults are those of {@code tf.train.*Optimizer} (TensorFlow 1), where it has them;
 * learning rates, and what AdamW adds, are Keras's. TensorFlow has no default for {@code momentum};
 * 0.9 is what its examples use.
 */
public enum KnownOptimizer {
  SGD(learningRate(0.01), weightDecay(0)),
  MOMENTUM(learningRate(0.01), optional("momentum", Range.FRACTION, 0.9), weightDecay(0)),
  NESTEROV(learningRate(0.01), optional("momentum", Range.FRACTION, 0.9), weightDecay(0)),
  ADAGRAD(
      learningRate(0.001),
      optional("initial_accumulator_value", Range.POSITIVE, 0.1),
      weightDecay(0)),
  RMSPROP(
      learningRate(0.001),
      optional("decay", Range.FRACTION, 0.9),
      optional("momentum", Range.FRACTION, 0),
      optional("epsilon", Range.POSITIVE, 1e-10),
      weightDecay(0)),
  ADAM(
      learningRate(0.001),
      optional("beta1", Range.FRACTION, 0.9),
      optional("beta2", Range.FRACTION, 0.999),
      optional("epsilon", Range.POSITIVE, 1e-8),
      weightDecay(0)),
  ADAMW(
      learningRate(0.001),
      optional("beta1", Range.FRACTION, 0.9),
      optional("beta2", Range.FRACTION, 0.999),
      optional("epsilon", Range.POSITIVE, 1e-8),
      weightDecay(0.004));

  private final HyperparameterTable table;

  KnownOptimizer(Hyperparameter... hyperparameters) {
    table = new HyperparameterTable(lowerCaseName(), List.of(hyperparameters));
  }

  /** The name in a job file, e.g. {@code adam}. */
  public String lowerCaseName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it can be told, learning rate first. */
  public List<Hyperparameter> hyperparameters() {
    return table.rows();
  }

  HyperparameterTable table() {
    return table;
  }

  static List<String> names() {
    return Arrays.stream(values()).map(KnownOptimizer::lowerCaseName).toList();
  }

  static Optional<KnownOptimizer> named(String name) {
    return Arrays.stream(values()).filter(known -> known.lowerCaseName().equals(name)).findAny();
  }

  private static Hyperparameter learningRate(double byDefault) {
    return optional("learning_rate", Range.POSITIVE, byDefault);
  }

  private static Hyperparameter weightDecay(double byDefault) {
    return optional("weight_decay", Range.NON_NEGATIVE, byDefault);
  }
}
