package gradwire.update;

import static gradwire.update.Hyperparameter.optional;
import static gradwire.update.Hyperparameter.required;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The learning-rate schedules, with their hyperparameters and defaults, after TensorFlow's {@code
 * tf.train.*_decay}; the formulas are {@link LearningRate}'s. Each also takes {@code warmup_steps}.
 */
public enum KnownSchedule {
  CONSTANT(),
  EXPONENTIAL(
      required("decay_steps", Range.STEPS),
      required("decay_rate", Range.POSITIVE),
      optional("staircase", Range.SWITCH, 0)),
  INVERSE_TIME(
      required("decay_steps", Range.STEPS),
      required("decay_rate", Range.NON_NEGATIVE),
      optional("staircase", Range.SWITCH, 0)),
  POLYNOMIAL(
      required("decay_steps", Range.STEPS),
      optional("end_learning_rate", Range.NON_NEGATIVE, 0.0001),
      optional("power", Range.POSITIVE, 1),
      optional("cycle", Range.SWITCH, 0)),
  COSINE(required("decay_steps", Range.STEPS), optional("alpha", Range.UNIT, 0)),
  /** {@link #EXPONENTIAL} with {@code staircase} on, under the name that other libraries use. */
  STEP(required("decay_steps", Range.STEPS), required("decay_rate", Range.POSITIVE));

  private final HyperparameterTable table;

  KnownSchedule(Hyperparameter... own) {
    Hyperparameter warmup = optional("warmup_steps", Range.STEPS_OR_NONE, 0);
    List<Hyperparameter> all = Stream.concat(Stream.of(own), Stream.of(warmup)).toList();
    table = new HyperparameterTable(lowerCaseName(), all);
  }

  /** The name in a job file, e.g. {@code inverse_time}. */
  public String lowerCaseName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it can be told. */
  public List<Hyperparameter> hyperparameters() {
    return table.rows();
  }

  HyperparameterTable table() {
    return table;
  }

  static List<String> names() {
    return Arrays.stream(values()).map(KnownSchedule::lowerCaseName).toList();
  }

  static Optional<KnownSchedule> named(String name) {
    return Arrays.stream(values()).filter(known -> known.lowerCaseName().equals(name)).findAny();
  }
}
