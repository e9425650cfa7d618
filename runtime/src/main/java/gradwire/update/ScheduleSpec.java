package gradwire.update;

import gradwire.error.UsageException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the learning rate changes with the step. Immutable.
 *
 * @param name e.g. {@code constant}, {@code exponential}, {@code cosine}: see {@link KnownSchedule}
 * @param hyperparameters by snake-case name
 */
public record ScheduleSpec(String name, Map<String, Double> hyperparameters) {
  public static final ScheduleSpec CONSTANT = new ScheduleSpec("constant", Map.of());

  public ScheduleSpec {
    hyperparameters = Collections.unmodifiableMap(new TreeMap<>(hyperparameters));
  }

  /** Everything wrong, as {@link OptimizerSpec#problems} says it. */
  public List<String> problems(String where) {
    return KnownSchedule.named(name)
        .map(known -> known.table().problems(where, hyperparameters))
        .orElseGet(
            () -> List.of(KnownNames.unknown(where + ".name", "", KnownSchedule.names(), name)));
  }

  /**
   * The same, with every hyperparameter filled in.
   *
   * @throws UsageException naming all problems, if there are any
   */
  public ScheduleSpec withDefaults() {
    List<String> problems = problems("schedule");
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("\n", problems));
    }
    return new ScheduleSpec(name, known().table().withDefaults(hyperparameters));
  }

  /**
   * Which of the known schedules this names.
   *
   * @throws UsageException if it names none
   */
  public KnownSchedule known() {
    return KnownSchedule.named(name)
        .orElseThrow(
            () ->
                new UsageException(
                    KnownNames.unknown("schedule.name", "", KnownSchedule.names(), name)));
  }

  /**
   * One hyperparameter's value; of {@link #withDefaults} all are there.
   *
   * @throws gradwire.error.GradwireException if this doesn't hold it
   */
  public double hyperparameter(String hyperparameter) {
    return known().table().value("schedule", hyperparameters, hyperparameter);
  }
}
