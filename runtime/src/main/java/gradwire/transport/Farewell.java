package gradwire.transport;

/**
 * A server's count of a worker that leaves.
 *
 * @param applied pushes of this worker that are in the weights
 * @param dropped pushes of this worker that came too late
 */
public record Farewell(long applied, long dropped) {}
