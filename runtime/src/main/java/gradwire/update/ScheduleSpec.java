package gradwire.update;

import java.util.Map;
import java.util.TreeMap;

/**
 * How the learning rate changes with the step. Immutable.
 *
 * @param name e.g. {@code constant}, {@code exponential}, {@code cosine}
 * @param hyperparameters by snake-case name
 */
public record ScheduleSpec(String name, Map<String, Double> hyperparameters) {
  public static final ScheduleSpec CONSTANT = new ScheduleSpec("constant", Map.of());

  public ScheduleSpec {
    hyperparameters = java.util.Collections.unmodifiableMap(new TreeMap<>(hyperparameters));
  }
}
