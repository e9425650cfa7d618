package gradwire.membership;

import gradwire.error.GradwireException;

/**
 * What all workers of a run know of it, and must agree on. Immutable.
 *
 * @param numWorkers how many the run was meant for, from 1; others may come on top
 * @param numReplicas from 1
 * @param leaseMillis who was not heard for so long is taken for gone, from 200
 * @param moves when replicas change hands
 */
public record MembershipPlan(int numWorkers, int numReplicas, long leaseMillis, Moves moves) {
  private static final int MOST = 100_000;
  private static final long SHORTEST_LEASE_MILLIS = 200;
  private static final long LONGEST_LEASE_MILLIS = 3_600_000;

  /**
   * @throws GradwireException naming the number that is out of range
   */
  public MembershipPlan {
    expect("num_workers", numWorkers, 1, MOST);
    expect("num_replicas", numReplicas, 1, MOST);
    expect("lease_millis", leaseMillis, SHORTEST_LEASE_MILLIS, LONGEST_LEASE_MILLIS);
  }

  private static void expect(String what, long got, long least, long most) {
    if (got < least || got > most) {
      throw new GradwireException(
          "%s: expected %d to %d, got %d".formatted(what, least, most, got));
    }
  }

  /** How often a worker is heard: so often that one lost beat does not cost it its lease. */
  public long beatMillis() {
    return leaseMillis / 4;
  }

  /** The worker that computes {@code replica} when all are there. */
  public int homeOf(int replica) {
    return replica % numWorkers;
  }

  /** Workers have an index below this: each replica's own and one to spare. */
  public int maxWorkers() {
    return 2 * Math.max(numWorkers, numReplicas);
  }

  @Override
  public String toString() {
    return numReplicas
        + " replicas on "
        + numWorkers
        + " workers, lease "
        + leaseMillis
        + " ms, replicas move "
        + moves;
  }
}
