package gradwire.membership;

import gradwire.error.GradwireException;

/**
 * Nobody comes, nobody goes. Immutable.
 *
 * @param assignment for good
 */
record FixedMembership(Assignment assignment) implements Membership {
  @Override
  public Assignment awaitNewerThan(long version, long millis) {
    return assignment;
  }

  @Override
  public boolean isElastic() {
    return false;
  }

  @Override
  public void computed(long step, long computeNanos) {}

  @Override
  public void leave() {
    throw new GradwireException(
        "a worker was asked to leave a run in which nobody can take its replicas over; stop the run instead");
  }

  @Override
  public void close() {}
}
