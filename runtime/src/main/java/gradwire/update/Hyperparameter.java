package gradwire.update;

import java.util.OptionalDouble;

/**
 * One number that an optimizer or a schedule is told. Immutable.
 *
 * @param name snake case, as in the job file, e.g. {@code learning_rate}
 * @param range which values are right
 * @param byDefault what holds where the job says nothing; empty: the job must say it
 */
public record Hyperparameter(String name, Range range, OptionalDouble byDefault) {
  static Hyperparameter required(String name, Range range) {
    return new Hyperparameter(name, range, OptionalDouble.empty());
  }

  static Hyperparameter optional(String name, Range range, double byDefault) {
    return new Hyperparameter(name, range, OptionalDouble.of(byDefault));
  }
}
