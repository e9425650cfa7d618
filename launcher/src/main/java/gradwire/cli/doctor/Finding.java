package gradwire.cli.doctor;

import java.util.Locale;

/**
 * One line of the doctor's. Immutable.
 *
 * @param remedy what to do; empty if all is well
 */
public record Finding(Level level, String subject, String found, String remedy) {
  /** How bad it is. */
  public enum Level {
    OK,
    /** Training works, but slower or with less. */
    WARN,
    /** Training does not work. */
    FAIL;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String subject, String found) {
    return new Finding(Level.OK, subject, found, "");
  }

  static Finding warn(String subject, String found, String remedy) {
    return new Finding(Level.WARN, subject, found, remedy);
  }

  static Finding fail(String subject, String found, String remedy) {
    return new Finding(Level.FAIL, subject, found, remedy);
  }

  /** What was found and, if need be, what to do. */
  public String text() {
    return remedy.isEmpty() ? found : found + "; " + remedy;
  }
}
