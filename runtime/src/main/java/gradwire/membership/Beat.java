package gradwire.membership;

/**
 * A worker's sign of life. Immutable.
 *
 * @param member who
 * @param knownVersion of the assignment that it has; -1: none
 * @param step the last that it computed a gradient for
 * @param numGradients computed since the beat before
 * @param nanosPerGradient what one of them took, on average; 0 if there were none
 * @param intent what becomes of its replicas
 */
public record Beat(
    Member member,
    long knownVersion,
    long step,
    long numGradients,
    long nanosPerGradient,
    Intent intent) {
  /** What a worker means to do. */
  public enum Intent {
    GO_ON,
    /** Ends, and gives its replicas back: others are to go on with them. */
    LEAVE,
    /** Ends, and so do its replicas: there is nothing left to do for them. */
    RETIRE
  }
}
