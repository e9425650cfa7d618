package gradwire.membership;

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
  public void computed(long step, long computeNanos) {}

  @Override
  public void leave() {}

  @Override
  public void close() {}
}
