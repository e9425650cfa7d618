package gradwire.update;

import gradwire.error.Expect;
import gradwire.error.GradwireException;
import java.util.function.DoubleUnaryOperator;

/**
 * The learning rate as a function of the update number. Immutable; float64, the same bits on every
 * machine ({@link StrictMath}).
 *
 * <p>Update {@code t} counts from 1. TensorFlow's schedules are read before the global step is
 * raised, so they see {@code s = t - 1}: the first update gets {@code schedule(0)}, the initial
 * rate. With {@code r} for {@code learning_rate}, {@code D} for {@code decay_steps}, and {@code x =
 * s / D} ({@code floor(s / D)} with {@code staircase}):
 *
 * <table>
 *   <caption>Formulas</caption>
 *   <tr><th>constant</th><td>{@code r}</td></tr>
 *   <tr><th>exponential</th><td>{@code r * decay_rate ^ x}</td></tr>
 *   <tr><th>step</th><td>{@code r * decay_rate ^ floor(s / D)}</td></tr>
 *   <tr><th>inverse_time</th><td>{@code r / (1 + decay_rate * x)}</td></tr>
 *   <tr><th>polynomial</th>
 *     <td>{@code (r - end_learning_rate) * (1 - min(s, D) / D) ^ power + end_learning_rate}; with
 *     {@code cycle}, {@code D * max(1, ceil(s / D))} stands for {@code D}</td></tr>
 *   <tr><th>cosine</th>
 *     <td>{@code r * ((1 - alpha) * (1 + cos(pi * min(s, D) / D)) / 2 + alpha)}</td></tr>
 * </table>
 *
 * <p>Sources: {@code tf.train.exponential_decay}, {@code inverse_time_decay}, {@code
 * polynomial_decay}, {@code cosine_decay} (TensorFlow 1; Keras has the same formulas in {@code
 * keras.optimizers.schedules}).
 *
 * <p>Warm-up, as in Goyal et al., "Accurate, Large Minibatch SGD", 2017: updates {@code t = 1 ...
 * warmup_steps} get {@code r * t / warmup_steps}; then the schedule starts from its own {@code s =
 * 0}, as Keras's {@code CosineDecay} does. Keras ramps from {@code r * 0}; here no update is wasted
 * on a rate of 0.
 */
public final class LearningRate {
  private final double initial;
  private final double warmupSteps;
  private final DoubleUnaryOperator decay;

  private LearningRate(double initial, double warmupSteps, DoubleUnaryOperator decay) {
    this.initial = initial;
    this.warmupSteps = warmupSteps;
    this.decay = decay;
  }

  /**
   * The rate that {@code optimizer} asks for.
   *
   * @throws gradwire.error.UsageException if {@code optimizer} has {@linkplain
   *     OptimizerSpec#problems problems}
   */
  public static LearningRate of(OptimizerSpec optimizer) {
    OptimizerSpec settings = optimizer.withDefaults();
    double initial = settings.hyperparameter("learning_rate");
    ScheduleSpec schedule = settings.schedule();
    return new LearningRate(
        initial, schedule.hyperparameter("warmup_steps"), decay(initial, schedule));
  }

  /**
   * The rate of update {@code updateNumber}, which counts from 1.
   *
   * @throws GradwireException if it is below 1
   */
  public double at(long updateNumber) {
    if (updateNumber < 1) {
      throw new GradwireException(
          Expect.message("updateNumber", "at least 1", updateNumber, "count updates from 1"));
    }
    return updateNumber <= warmupSteps
        ? initial * updateNumber / warmupSteps
        : decay.applyAsDouble(updateNumber - 1 - warmupSteps);
  }

  private static DoubleUnaryOperator decay(double initial, ScheduleSpec schedule) {
    return switch (schedule.known()) {
      case CONSTANT -> s -> initial;
      case EXPONENTIAL -> exponential(initial, schedule, isOn(schedule, "staircase"));
      case STEP -> exponential(initial, schedule, true);
      case INVERSE_TIME -> inverseTime(initial, schedule);
      case POLYNOMIAL -> polynomial(initial, schedule);
      case COSINE -> cosine(initial, schedule);
    };
  }

  private static DoubleUnaryOperator exponential(
      double initial, ScheduleSpec schedule, boolean staircase) {
    double rate = schedule.hyperparameter("decay_rate");
    DoubleUnaryOperator periods = periods(schedule, staircase);
    return s -> initial * StrictMath.pow(rate, periods.applyAsDouble(s));
  }

  private static DoubleUnaryOperator inverseTime(double initial, ScheduleSpec schedule) {
    double rate = schedule.hyperparameter("decay_rate");
    DoubleUnaryOperator periods = periods(schedule, isOn(schedule, "staircase"));
    return s -> initial / (1 + rate * periods.applyAsDouble(s));
  }

  private static DoubleUnaryOperator polynomial(double initial, ScheduleSpec schedule) {
    double decaySteps = schedule.hyperparameter("decay_steps");
    double end = schedule.hyperparameter("end_learning_rate");
    double power = schedule.hyperparameter("power");
    boolean cycle = isOn(schedule, "cycle");
    return s -> {
      double length = cycle ? decaySteps * Math.max(1, Math.ceil(s / decaySteps)) : decaySteps;
      return (initial - end) * StrictMath.pow(1 - Math.min(s, length) / length, power) + end;
    };
  }

  private static DoubleUnaryOperator cosine(double initial, ScheduleSpec schedule) {
    double decaySteps = schedule.hyperparameter("decay_steps");
    double alpha = schedule.hyperparameter("alpha");
    return s -> {
      double half = 0.5 * (1 + StrictMath.cos(Math.PI * Math.min(s, decaySteps) / decaySteps));
      return initial * ((1 - alpha) * half + alpha);
    };
  }

  /** How many times {@code decay_steps} have passed at {@code s}: whole ones, on a staircase. */
  private static DoubleUnaryOperator periods(ScheduleSpec schedule, boolean staircase) {
    double decaySteps = schedule.hyperparameter("decay_steps");
    return staircase ? s -> Math.floor(s / decaySteps) : s -> s / decaySteps;
  }

  private static boolean isOn(ScheduleSpec schedule, String name) {
    return schedule.hyperparameter(name) == 1;
  }
}
