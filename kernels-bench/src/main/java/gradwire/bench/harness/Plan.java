package gradwire.bench.harness;

/**
 * How long a row is measured. JMH ends an iteration with the operation that its time runs out in.
 *
 * @param warmUpMillis for each process, over its rows in turn
 * @param rounds how often a row and its limit take turns
 * @param rowIterations of a row in each round, behind one that does not count
 * @param limitIterations of its limit
 * @param iterationMillis how long one is
 */
public record Plan(
    int warmUpMillis, int rounds, int rowIterations, int limitIterations, int iterationMillis) {
  /** For figures. */
  public static final Plan FULL = new Plan(14_000, 2, 4, 3, 300);

  /** To see that everything runs; the figures mean nothing. */
  public static final Plan QUICK = new Plan(0, 1, 1, 1, 20);

  /** The plan's word on a command line. */
  public String word() {
    return equals(QUICK) ? "quick" : "full";
  }

  public static Plan of(String word) {
    return word.equals(QUICK.word()) ? QUICK : FULL;
  }
}
