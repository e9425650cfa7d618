package gradwire.transport;

/**
 * A server lets a worker in.
 *
 * @param step steps applied so far
 * @param initialized the server has values; if not, the chief must send them
 */
public record OpenReply(long step, boolean initialized) {}
