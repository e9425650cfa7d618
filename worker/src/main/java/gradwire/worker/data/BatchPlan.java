package gradwire.worker.data;

/**
 * Which examples a batch holds: a function of the seed, the replica and its local step alone, so a
 * batch is the same whoever computes it and after any restart. One thread: the permutations of the
 * present epoch are kept.
 *
 * <p>A plan is an endless row of examples, epoch after epoch, cut into batches; a batch may span
 * two epochs. Closed on purpose: what a batch is belongs to the bit contract.
 */
public sealed interface BatchPlan permits ReplicaShuffle, SharedEpochs, InOrder {
  /**
   * Chooses the examples of one batch.
   *
   * @param replica from 0
   * @param step the replica's local step, from 0
   * @param into {@code [batch size]}, overwritten with numbers of examples; its length must be the
   *     same for all steps of a run
   */
  void indices(int replica, long step, int[] into);
}
