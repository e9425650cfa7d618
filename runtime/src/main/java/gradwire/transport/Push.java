package gradwire.transport;

/**
 * The identity of one push: resending it is safe, it is applied once.
 *
 * @param worker whose gradient
 * @param incarnation n-th start of that worker, from 0
 * @param sequence that worker's n-th push, from 1
 * @param step the step of the weights that the gradient was computed at
 */
public record Push(int worker, int incarnation, long sequence, long step) {
  @Override
  public String toString() {
    return "worker-" + worker + " push " + sequence + " at step " + step;
  }
}
