package gradwire.error;

/** Checks of what users write, in one wording: {@code where: expected X, got Y; do Z}. */
public final class Expect {
  private Expect() {}

  /**
   * Refuses a setting.
   *
   * @param where the dotted key or the file and place that is wrong
   * @param expected what would have been right, with its unit and range
   * @param got the value found
   * @param remedy what to do next
   * @throws UsageException if {@code holds} is false
   */
  public static void that(boolean holds, String where, String expected, Object got, String remedy) {
    if (!holds) {
      throw new UsageException(message(where, expected, got, remedy));
    }
  }

  /** The wording itself, for callers that collect problems instead of throwing at the first. */
  public static String message(String where, String expected, Object got, String remedy) {
    return where + ": expected " + expected + ", got " + got + "; " + remedy;
  }
}
