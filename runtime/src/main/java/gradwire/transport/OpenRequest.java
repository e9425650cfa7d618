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
 */
public record OpenRequest(
    int worker,
    int numWorkers,
    int incarnation,
    long layoutFingerprint,
    Optional<ShardSettings> settings) {}
