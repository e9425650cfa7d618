package gradwire.worker.data;

import gradwire.random.Draws;
import gradwire.random.Draws.Purpose;

/**
 * All replicas go through the set together: one order per epoch, cut into batches dealt out in
 * turn, so that at equal local steps each example has been used once per epoch over all replicas.
 * One thread.
 */
public final class SharedEpochs implements BatchPlan {
  private final int numReplicas;
  private final EpochOrder order;

  public SharedEpochs(long seed, int numExamples, int numReplicas) {
    this.numReplicas = numReplicas;
    this.order = new EpochOrder(numExamples, epoch -> Draws.of(seed, Purpose.SHUFFLE, epoch));
  }

  @Override
  public void indices(int replica, long step, int[] into) {
    long batch = Math.addExact(Math.multiplyExact(step, numReplicas), replica);
    order.copy(Math.multiplyExact(batch, into.length), into);
  }
}
