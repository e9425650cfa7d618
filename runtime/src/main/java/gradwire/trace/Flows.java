package gradwire.trace;

/**
 * Names of arrows: both ends know them without a word on the wire. An arrow follows one exchange of
 * a worker with a server, from the push to the weights that answer it.
 */
public final class Flows {
  private static final int TASK_BITS = 12;
  private static final int SEQUENCE_BITS = 64 - 2 * TASK_BITS;
  private static final long TASK_MASK = (1L << TASK_BITS) - 1;

  private Flows() {}

  /**
   * The exchange's number, different for every other exchange of a run with up to 4,096 workers,
   * 4,096 servers and 2^40 exchanges of each pair.
   *
   * @param sequence of the push, as {@code transport.Push} has it
   */
  public static long update(int worker, int server, long sequence) {
    long tasks = (worker & TASK_MASK) << TASK_BITS | (server & TASK_MASK);
    return tasks << SEQUENCE_BITS | (sequence & ((1L << SEQUENCE_BITS) - 1));
  }
}
