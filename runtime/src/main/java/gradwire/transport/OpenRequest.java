package gradwire.transport;

import java.util.Optional;

/**
 * A worker joins the run at one server.
 *
 * @param worker index of the worker; 0 is the chief
 * @param numWorkers how many workers take part; all must agree
 * @param incarnation n-th start of this worker, from 0
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
