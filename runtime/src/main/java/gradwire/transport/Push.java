package gradwire.transport;

/**
 * The identity of one push: resending it is safe, it is applied once.
 *
 * @param worker which replica's gradient
 * @param incarnation n-th owner of that replica, from 0
 * @param sequence that replica's n-th push, from 1, whoever owns it
 * @param step the step of the weights that the gradient was computed at
 */
public record Push(int worker, int incarnation, long sequence, long step) {
  @Override
  public String toString() {
    return "worker-" + worker + " push " + sequence + " at step " + step;
  }
}
