package gradwire.update;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which optimizer the servers run. Immutable.
 *
 * @param name e.g. {@code sgd}, {@code adam}
 * @param hyperparameters by snake-case name, {@code learning_rate} among them
 * @param schedule multiplies or replaces the learning rate, step by step
 */
public record OptimizerSpec(
    String name, Map<String, Double> hyperparameters, ScheduleSpec schedule) {
  public OptimizerSpec {
    hyperparameters = java.util.Collections.unmodifiableMap(new TreeMap<>(hyperparameters));
  }
}
