package gradwire.worker.data;

/**
 * The examples as they lie, from the start again after the last: for evaluation. Replicas don't
 * count. Immutable.
 *
 * @param numExamples size of the set; a whole pass takes {@code numExamples / batch size} steps,
 *     and counts no example twice only where that divides evenly
 */
public record InOrder(int numExamples) implements BatchPlan {
  @Override
  public void indices(int replica, long step, int[] into) {
    long position = Math.multiplyExact(step, into.length);
    for (int k = 0; k < into.length; k++) {
      into[k] = (int) ((position + k) % numExamples);
    }
  }
}
