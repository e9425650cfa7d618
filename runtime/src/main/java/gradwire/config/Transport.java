package gradwire.config;

/** How tensors get from one task to another; the key {@code training.transport}. */
public enum Transport {
  /** The best that both ends have: shared memory on one host, else sockets. */
  AUTO,
  /** TCP, also on one host. */
  TCP,
  /** A Unix domain socket; both tasks must be on one host. */
  UDS,
  /** Shared memory, signalled over whatever socket there is; both tasks must be on one host. */
  SHM;

  /** As a job file says it. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
