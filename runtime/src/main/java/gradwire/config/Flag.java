package gradwire.config;

import gradwire.error.Expect;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One command-line flag as the reference scripts take them: {@code --name=value}, {@code --name
 * value}, or {@code --name} alone. Immutable.
 *
 * @param name without dashes
 * @param given the value; empty for a flag alone
 */
public record Flag(String name, Optional<String> given) {
  /**
   * Splits arguments into flags; the next argument is a value only if it has no leading dashes.
   *
   * @param where what the arguments are called in messages
   * @throws gradwire.error.UsageException on an argument that belongs to no flag
   */
  public static List<Flag> parse(String where, List<String> arguments) {
    List<Flag> flags = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      Expect.that(
          isFlag(argument),
          where,
          "a flag such as --name=value",
          '"' + argument + '"',
          "write a value right after its flag");
      boolean valueFollows =
          argument.indexOf('=') < 0 && i + 1 < arguments.size() && !isDashed(arguments.get(i + 1));
      flags.add(valueFollows ? of(argument).withValue(arguments.get(++i)) : of(argument));
    }
    return flags;
  }

  /** The value; {@code true} for a flag alone. */
  public String value() {
    return given.orElse(ScriptParams.BARE);
  }

  Flag withValue(String value) {
    return new Flag(name, Optional.of(value));
  }

  private static Flag of(String argument) {
    int equals = argument.indexOf('=');
    return equals < 0
        ? new Flag(argument.substring(2), Optional.empty())
        : new Flag(argument.substring(2, equals), Optional.of(argument.substring(equals + 1)));
  }

  private static boolean isDashed(String argument) {
    return argument.startsWith("--");
  }

  private static boolean isFlag(String argument) {
    return isDashed(argument) && argument.length() > 2 && argument.charAt(2) != '=';
  }
}
