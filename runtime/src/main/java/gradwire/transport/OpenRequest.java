package gradwire.transport;

import java.util.Optional;

/**
 * A replica's owner joins the run at one server.
 *
 * @param worker which replica, from 0; whoever has 0 is the chief
 * @param numWorkers how many replicas there are; all must agree
 * @param incarnation n-th owner of this replica, from 0
 * @param layoutFingerprint equal for equal tensors; all workers must agree
 * @param settings from the chief only
 * @param shared this worker's vectors, if the server might reach them without their being sent
 */
public record OpenRequest(
    int worker,
    int numWorkers,
    int incarnation,
    long layoutFingerprint,
    Optional<ShardSettings> settings,
    Optional<SharedVectors> shared) {}
