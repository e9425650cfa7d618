package gradwire.launcher;

import java.io.Console;

/**
 * How text may look where it goes. Immutable.
 *
 * @param isTerminal lines may be redrawn
 * @param hasColour only ever on a terminal
 */
public record Style(boolean isTerminal, boolean hasColour) {
  public static final Style PLAIN = new Style(false, false);

  /** Colour of a word that matters. */
  public enum Colour {
    GREEN("32"),
    YELLOW("33"),
    RED("31"),
    BOLD("1");

    private final String code;

    Colour(String code) {
      this.code = code;
    }
  }

  /** Of this process's standard output; honours {@code NO_COLOR} and {@code TERM=dumb}. */
  public static Style ofStandardOutput() {
    Console console = System.console();
    boolean isTerminal =
        console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
    String noColour = System.getenv("NO_COLOR");
    return new Style(isTerminal, isTerminal && (noColour == null || noColour.isEmpty()));
  }

  public String paint(Colour colour, String text) {
    return hasColour ? "\033[" + colour.code + "m" + text + "\033[0m" : text;
  }
}
