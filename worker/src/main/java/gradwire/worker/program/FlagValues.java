package gradwire.worker.program;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The flags of an entry class with the values of one job. Immutable. */
public final class FlagValues {
  private static final String PLACE = "estimator.script_params.";

  private final Map<String, String> values;

  private FlagValues(Map<String, String> values) {
    this.values = values;
  }

  /**
   * @param flags what the entry class takes
   * @param given what the job gives
   * @throws UsageException naming every given flag that the entry class does not take
   */
  public static FlagValues of(List<Flag> flags, Map<String, String> given) {
    Map<String, String> values = new TreeMap<>();
    flags.forEach(flag -> values.put(flag.name(), flag.defaultValue()));
    List<String> problems = new ArrayList<>();
    given.forEach(
        (name, value) -> {
          if (values.containsKey(name)) {
            values.put(name, value);
          } else {
            problems.add(unknown(name, values.keySet()));
          }
        });
    if (!problems.isEmpty()) {
      throw new UsageException(String.join(System.lineSeparator(), problems));
    }
    return new FlagValues(values);
  }

  private static String unknown(String name, Set<String> known) {
    return Expect.message(
        PLACE + name, "a flag of the entry class", "an unknown one", "known are " + known);
  }

  /** Whether the entry class takes such a flag. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  public String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("flag not declared: " + name);
    }
    return value;
  }

  public boolean isTrue(String name) {
    String value = text(name);
    boolean isTrue = value.equalsIgnoreCase("true");
    Expect.that(
        isTrue || value.equalsIgnoreCase("false"),
        PLACE + name,
        "true or false",
        value,
        "try true");
    return isTrue;
  }

  /** A whole number of at least {@code least}. */
  public long wholeNumber(String name, long least) {
    return wholeNumber(name, least, Long.MAX_VALUE, "a whole number of at least " + least);
  }

  private long wholeNumber(String name, long least, long most, String expected) {
    try {
      long value = Long.parseLong(text(name).trim());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw wrong(name, expected, e);
    }
    throw wrong(name, expected, null);
  }

  /** The same, for what must fit an int. */
  public int count(String name, int least) {
    int most = Integer.MAX_VALUE;
    return (int) wholeNumber(name, least, most, "a whole number from " + least + " to " + most);
  }

  /** A finite number above 0. */
  public double positive(String name) {
    try {
      double value = Double.parseDouble(text(name).trim());
      if (value > 0 && Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw wrong(name, "a number above 0", e);
    }
    throw wrong(name, "a number above 0", null);
  }

  private UsageException wrong(
      String name, String expected, @org.jspecify.annotations.Nullable Exception cause) {
    String message =
        Expect.message(PLACE + name, expected, '"' + text(name) + '"', "correct the job file");
    return cause == null ? new UsageException(message) : new UsageException(message, cause);
  }
}
