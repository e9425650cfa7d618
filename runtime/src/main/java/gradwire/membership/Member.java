package gradwire.membership;

/**
 * One process of a worker. Immutable.
 *
 * @param worker index, from 0
 * @param incarnation the worker's n-th start, from 0
 * @param session drawn at random when the process starts: tells two of the same incarnation apart
 */
public record Member(int worker, int incarnation, long session) {
  /** As a message names it. */
  @Override
  public String toString() {
    return "worker-" + worker + " incarnation " + incarnation;
  }
}
