package gradwire.update;

import gradwire.error.Expect;
import gradwire.error.GradwireException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The hyperparameters that one optimizer or schedule knows. Immutable.
 *
 * @param owner whose they are, e.g. {@code adam}
 * @param rows in the order in which messages list them
 */
record HyperparameterTable(String owner, List<Hyperparameter> rows) {
  HyperparameterTable {
    rows = List.copyOf(rows);
  }

  List<String> names() {
    return rows.stream().map(Hyperparameter::name).toList();
  }

  /** {@code given}, with every default that it leaves open. */
  Map<String, Double> withDefaults(Map<String, Double> given) {
    Map<String, Double> filled = new TreeMap<>();
    for (Hyperparameter row : rows) {
      row.byDefault().ifPresent(value -> filled.put(row.name(), value));
    }
    filled.putAll(given);
    return filled;
  }

  /** Everything wrong with {@code given}, found at {@code where}; empty if nothing is. */
  List<String> problems(String where, Map<String, Double> given) {
    List<String> problems = new ArrayList<>();
    for (String name : given.keySet()) {
      if (!names().contains(name)) {
        problems.add(KnownNames.unknown(where + "." + name, owner + "'s ", names(), name));
      }
    }
    for (Hyperparameter row : rows) {
      problems.addAll(problems(where, row, given));
    }
    return problems;
  }

  /**
   * The value of {@code name}.
   *
   * @throws GradwireException if {@code given} doesn't hold it
   */
  double value(String where, Map<String, Double> given, String name) {
    Double value = given.get(name);
    if (value == null) {
      throw new GradwireException(
          Expect.message(where + "." + name, "a value", "nothing", "fill in the defaults first"));
    }
    return value;
  }

  private List<String> problems(String where, Hyperparameter row, Map<String, Double> given) {
    String place = where + "." + row.name();
    Double value = given.get(row.name());
    if (value != null) {
      return row.range().contains(value)
          ? List.of()
          : List.of(Expect.message(place, row.range().words(), value, remedy(row)));
    }
    return row.byDefault().isPresent()
        ? List.of()
        : List.of(Expect.message(place, row.range().words(), "nothing", remedy(row)));
  }

  private String remedy(Hyperparameter row) {
    return row.byDefault().isPresent()
        ? owner + "'s default is " + row.byDefault().getAsDouble()
        : "set it, " + owner + " has no default for it";
  }
}
