package gradwire.update;

import gradwire.error.UsageException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which optimizer the servers run. Immutable. May hold anything that a user wrote: {@link
 * #problems} says what is wrong with it, {@link #withDefaults} refuses it.
 *
 * @param name e.g. {@code sgd}, {@code adam}: see {@link KnownOptimizer}
 * @param hyperparameters by snake-case name, {@code learning_rate} among them
 * @param schedule how the learning rate goes on from {@code learning_rate}
 */
public record OptimizerSpec(
    String name, Map<String, Double> hyperparameters, ScheduleSpec schedule) {
  public OptimizerSpec {
    hyperparameters = Collections.unmodifiableMap(new TreeMap<>(hyperparameters));
  }

  /** An optimizer whose learning rate stays what it is. */
  public static OptimizerSpec of(String name, Map<String, Double> hyperparameters) {
    return new OptimizerSpec(name, hyperparameters, ScheduleSpec.CONSTANT);
  }

  /**
   * Everything wrong, one message each, worded as {@link gradwire.error.Expect} does.
   *
   * @param where the dotted key under which this was written, e.g. {@code training.optimizer}
   * @return empty if nothing is wrong
   */
  public List<String> problems(String where) {
    List<String> problems = new ArrayList<>();
    KnownOptimizer.named(name)
        .ifPresentOrElse(
            known -> problems.addAll(known.table().problems(where, hyperparameters)),
            () ->
                problems.add(
                    KnownNames.unknown(where + ".name", "", KnownOptimizer.names(), name)));
    problems.addAll(schedule.problems(where + ".schedule"));
    return problems;
  }

  /**
   * The same, with every hyperparameter filled in, the schedule's too.
   *
   * @throws UsageException naming all problems, if there are any
   */
  public OptimizerSpec withDefaults() {
    List<String> problems = problems("optimizer");
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("\n", problems));
    }
    return new OptimizerSpec(
        name, known().table().withDefaults(hyperparameters), schedule.withDefaults());
  }

  /**
   * Which of the known optimizers this names.
   *
   * @throws UsageException if it names none
   */
  public KnownOptimizer known() {
    return KnownOptimizer.named(name)
        .orElseThrow(
            () ->
                new UsageException(
                    KnownNames.unknown("optimizer.name", "", KnownOptimizer.names(), name)));
  }

  /**
   * One hyperparameter's value; of {@link #withDefaults} all are there.
   *
   * @throws gradwire.error.GradwireException if this doesn't hold it
   */
  public double hyperparameter(String hyperparameter) {
    return known().table().value("optimizer", hyperparameters, hyperparameter);
  }
}
