package gradwire.trace;

/**
 * A parameter server's part of the picture: a row for what comes from each worker and one for what
 * goes to it. Thread-safe.
 *
 * @param server its task index
 */
public record ServerTrace(Tracer tracer, int server) {
  /** Records nothing. */
  public static final ServerTrace OFF = new ServerTrace(Tracer.OFF, 0);

  /** The row of a worker's requests. */
  public Lane from(int worker) {
    return tracer.lane("from worker-" + worker);
  }

  /** The row of the answers to a worker. */
  public Lane to(int worker) {
    return tracer.lane("to worker-" + worker);
  }

  /** The arrow of a worker's push; see {@link Flows}. */
  public long flow(int worker, long sequence) {
    return Flows.update(worker, server, sequence);
  }
}
