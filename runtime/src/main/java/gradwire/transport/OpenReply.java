package gradwire.transport;

/**
 * A server lets a worker in, and says what it has of it, whichever incarnation sent it.
 *
 * @param step steps applied so far
 * @param initialized the server has values; if not, the chief must send them
 * @param sequence the worker's last push that is applied or dropped; 0 if none is
 * @param applied how many of the worker's pushes are in the weights
 * @param origin the checkpoint that somebody had this server begin with, the same on all servers;
 *     empty: the first step, or what the launcher had them all begin with
 */
public record OpenReply(
    long step, boolean initialized, long sequence, long applied, String origin) {
  /** Of a server that nobody told what to begin with. */
  public OpenReply(long step, boolean initialized, long sequence, long applied) {
    this(step, initialized, sequence, applied, "");
  }
}
