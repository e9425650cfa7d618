package gradwire.server.optimizer;

import gradwire.update.OptimizerSpec;
import gradwire.update.ScheduleSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The one table of optimizers and schedules that drives the whole battery. */
final class Cases {
  private Cases() {}

  /**
   * One optimizer.
   *
   * @param spec rates that bring it to the minimum of a parabola within a few hundred steps
   * @param initialSlotValues one for each slot
   */
  record Case(OptimizerSpec spec, List<Float> initialSlotValues) {
    Optimizer optimizer() {
      return Optimizer.of(spec);
    }

    Case with(String hyperparameter, double value) {
      Map<String, Double> all = new TreeMap<>(spec.hyperparameters());
      all.put(hyperparameter, value);
      return new Case(new OptimizerSpec(spec.name(), all, spec.schedule()), initialSlotValues);
    }

    Case with(ScheduleSpec schedule) {
      return new Case(
          new OptimizerSpec(spec.name(), spec.hyperparameters(), schedule), initialSlotValues);
    }

    @Override
    public String toString() {
      return spec.name() + spec.hyperparameters() + " " + spec.schedule().name();
    }
  }

  static Stream<Case> optimizers() {
    return Stream.of(
        of("sgd", Map.of("learning_rate", 0.1)),
        of("momentum", Map.of("learning_rate", 0.02), 0f),
        of("momentum", Map.of("learning_rate", 0.1, "momentum", 0.5), 0f),
        of("nesterov", Map.of("learning_rate", 0.02), 0f),
        of("adagrad", Map.of("learning_rate", 1.0), 0.1f),
        of("adagrad", Map.of("learning_rate", 1.0, "initial_accumulator_value", 1.0), 1f),
        of("rmsprop", Map.of("learning_rate", 0.02), 1f, 0f),
        of("rmsprop", Map.of("learning_rate", 0.01, "momentum", 0.5, "epsilon", 0.01), 1f, 0f),
        of("adam", Map.of("learning_rate", 0.1), 0f, 0f),
        of("adam", Map.of("learning_rate", 0.01, "beta1", 0.5, "beta2", 0.9), 0f, 0f),
        of("adam", Map.of("learning_rate", 0.1, "epsilon", 0.1), 0f, 0f),
        of("adamw", Map.of("learning_rate", 0.1, "weight_decay", 0.0), 0f, 0f));
  }

  static Stream<ScheduleSpec> schedules() {
    return Stream.of(
        ScheduleSpec.CONSTANT,
        new ScheduleSpec("constant", Map.of("warmup_steps", 7.0)),
        new ScheduleSpec("exponential", Map.of("decay_steps", 20.0, "decay_rate", 0.5)),
        new ScheduleSpec(
            "exponential", Map.of("decay_steps", 20.0, "decay_rate", 0.5, "staircase", 1.0)),
        new ScheduleSpec("inverse_time", Map.of("decay_steps", 5.0, "decay_rate", 0.3)),
        new ScheduleSpec("polynomial", Map.of("decay_steps", 40.0, "power", 2.0)),
        new ScheduleSpec("cosine", Map.of("decay_steps", 40.0, "alpha", 0.1, "warmup_steps", 5.0)),
        new ScheduleSpec("step", Map.of("decay_steps", 11.0, "decay_rate", 0.5)));
  }

  /** Every optimizer with every schedule, weight decay off and on. */
  static Stream<Case> optimizersWithDecaysAndSchedules() {
    return optimizers()
        .flatMap(c -> Stream.of(c.with("weight_decay", 0), c.with("weight_decay", 0.03)))
        .flatMap(c -> schedules().map(c::with));
  }

  private static Case of(
      String name, Map<String, Double> hyperparameters, Float... initialSlotValues) {
    return new Case(OptimizerSpec.of(name, hyperparameters), List.of(initialSlotValues));
  }
}
