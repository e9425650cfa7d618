package gradwire.dl4j;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ISchedule;

/** An updater in the servers' words. Immutable. */
record ServerRule(String name, Map<String, Double> hyperparameters) {
  private static final String REMEDY =
      "set training.optimizer in the job instead, or use Sgd, Nesterovs, Adam or AdaGrad";

  /** What DL4J's accumulator starts with. */
  private static final double ADAGRAD_START = 1e-6;

  /**
   * @throws UsageException if no server rule equals {@code updater}
   */
  static ServerRule of(IUpdater updater, String where) {
    // An updater class is no closed choice: a user may have their own.
    if (updater instanceof Sgd sgd) {
      requireConstant(sgd.getLearningRateSchedule(), where);
      return new ServerRule("sgd", Map.of("learning_rate", sgd.getLearningRate()));
    }
    if (updater instanceof Nesterovs nesterovs) {
      return of(nesterovs, where);
    }
    if (updater instanceof Adam adam) {
      return of(adam, where);
    }
    if (updater instanceof AdaGrad adagrad) {
      return of(adagrad, where);
    }
    throw new UsageException(
        Expect.message(where, "an updater that the servers have too", updater, REMEDY));
  }

  double learningRate() {
    return hyperparameters.getOrDefault("learning_rate", Double.NaN);
  }

  /**
   * The rule that decays weights beside it, not through the gradient.
   *
   * @throws UsageException if there is none
   */
  String decoupledName(String where) {
    return switch (name) {
      case "sgd" -> "sgd";
      case "adam" -> "adamw";
      default ->
          throw new UsageException(
              Expect.message(where, "l2 or no regularisation", "weightDecay with " + name, REMEDY));
    };
  }

  private static ServerRule of(Nesterovs updater, String where) {
    requireConstant(updater.getLearningRateSchedule(), where);
    requireConstant(updater.getMomentumISchedule(), where);
    return new ServerRule(
        "nesterov",
        Map.of("learning_rate", updater.getLearningRate(), "momentum", updater.getMomentum()));
  }

  private static ServerRule of(Adam updater, String where) {
    requireConstant(updater.getLearningRateSchedule(), where);
    return new ServerRule(
        "adam",
        Map.of(
            "learning_rate", updater.getLearningRate(),
            "beta1", updater.getBeta1(),
            "beta2", updater.getBeta2(),
            "epsilon", updater.getEpsilon()));
  }

  private static ServerRule of(AdaGrad updater, String where) {
    requireConstant(updater.getLearningRateSchedule(), where);
    Expect.that(
        updater.getEpsilon() <= ADAGRAD_START,
        where,
        "AdaGrad with epsilon of at most " + ADAGRAD_START + " (the servers' has none)",
        updater.getEpsilon(),
        REMEDY);
    return new ServerRule(
        "adagrad",
        Map.of(
            "learning_rate",
            updater.getLearningRate(),
            "initial_accumulator_value",
            ADAGRAD_START));
  }

  private static void requireConstant(@Nullable ISchedule schedule, String where) {
    Expect.that(
        schedule == null,
        where,
        "a constant learning rate and momentum",
        String.valueOf(schedule),
        "set training.optimizer with a schedule in the job instead");
  }
}
