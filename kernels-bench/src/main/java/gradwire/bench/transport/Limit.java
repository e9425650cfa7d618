package gradwire.bench.transport;

/** What the machine itself does with the same bytes. */
enum Limit {
  /** Blocking {@code SocketChannel}s over loopback, 1 MiB a call, read straight into the tensor. */
  RAW_TCP("raw tcp"),
  /** The same over a Unix domain socket. */
  RAW_UDS("raw uds"),
  /** Off-heap to off-heap in one process, once for each way. */
  MEMORY_COPY("memory copy"),
  /** The same steps at a server whose state ends with it. */
  STEP_IN_MEMORY("step in memory");

  private final String label;

  Limit(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
