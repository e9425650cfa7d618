package gradwire.transport;

import java.util.Optional;

/**
 * A replica's owner joins the run at one server.
 *
 * @param worker which replica, from 0; whoever has 0 is the chief
 * @param numWorkers how many replicas there are; all must agree
 * @param incarnation n-th owner of this replica, from 0
 * @param line rises from each line of that incarnation to this server to the next; a server heeds
 *     the latest alone
 * @param layoutFingerprint equal for equal tensors; all workers must agree
 * @param settings from the chief only
 * @param shared this worker's vectors, if the server might reach them without their being sent
 */
public record OpenRequest(
    int worker,
    int numWorkers,
    int incarnation,
    int line,
    long layoutFingerprint,
    Optional<ShardSettings> settings,
    Optional<SharedVectors> shared) {

  /** Over line 0. */
  public OpenRequest(
      int worker,
      int numWorkers,
      int incarnation,
      long layoutFingerprint,
      Optional<ShardSettings> settings,
      Optional<SharedVectors> shared) {
    this(worker, numWorkers, incarnation, 0, layoutFingerprint, settings, shared);
  }

  /** The same, over another line. */
  public OpenRequest over(int otherLine) {
    return new OpenRequest(
        worker, numWorkers, incarnation, otherLine, layoutFingerprint, settings, shared);
  }
}
