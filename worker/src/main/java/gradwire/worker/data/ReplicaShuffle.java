package gradwire.worker.data;

import gradwire.random.Draws;
import gradwire.random.Draws.Purpose;
import java.util.HashMap;
import java.util.Map;

/**
 * The reference job's plan: every replica goes through the whole set in its own order, shuffled
 * anew for each epoch. Replicas know nothing of each other. One thread.
 */
public final class ReplicaShuffle implements BatchPlan {
  private final long seed;
  private final int numExamples;
  private final Map<Integer, EpochOrder> orderByReplica = new HashMap<>();

  public ReplicaShuffle(long seed, int numExamples) {
    this.seed = seed;
    this.numExamples = numExamples;
  }

  @Override
  public void indices(int replica, long step, int[] into) {
    orderByReplica
        .computeIfAbsent(replica, this::order)
        .copy(Math.multiplyExact(step, into.length), into);
  }

  private EpochOrder order(int replica) {
    return new EpochOrder(numExamples, epoch -> Draws.of(seed, Purpose.SHUFFLE, replica, epoch));
  }
}
