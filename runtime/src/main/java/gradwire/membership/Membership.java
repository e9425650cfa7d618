package gradwire.membership;

/**
 * A worker's place in the run. {@link #assignment} may be asked by any thread; the rest by the one
 * that trains.
 */
public interface Membership extends AutoCloseable {
  /** What is this worker's as far as it has heard; costs a volatile read. */
  Assignment assignment();

  /**
   * Waits until the assignment is newer than {@code version}, or for {@code millis}.
   *
   * @return the present one, newer or not
   */
  Assignment awaitNewerThan(long version, long millis);

  /**
   * Whether replicas may come and go. If not, a worker ends with its own, and one whose replica
   * another has taken has failed.
   */
  default boolean isElastic() {
    return true;
  }

  /**
   * A gradient was computed.
   *
   * @param step the global step that it is for
   * @param computeNanos how long it took, waits for servers not counted
   */
  void computed(long step, long computeNanos);

  /** Gives all replicas back: this worker ends in good order, the run goes on without it. */
  void leave();

  /**
   * This worker has reached the end of the run, and the replicas of {@code done} have said goodbye
   * to every server: nobody need go on with them.
   *
   * @return whether that is all; if not, it has been given others since
   */
  default boolean retire(Assignment done) {
    return true;
  }

  /** Whether all replicas are done: who has none need not wait for one. As {@link #assignment}. */
  default boolean isFinished() {
    return false;
  }

  @Override
  void close();

  /** An assignment that nobody changes. */
  static Membership fixed(Assignment assignment) {
    return new FixedMembership(assignment);
  }
}
