package gradwire.bench.transport;

/** What carries tensors, and the raw limit that it is held against. */
enum Carrier {
  TCP("tcp", Limit.RAW_TCP),
  UDS("uds", Limit.RAW_UDS),
  SHM("shm", Limit.MEMORY_COPY),
  TLS("tcp+tls", Limit.RAW_TCP);

  private final String label;
  private final Limit bulkLimit;

  Carrier(String label, Limit bulkLimit) {
    this.label = label;
    this.bulkLimit = bulkLimit;
  }

  String label() {
    return label;
  }

  /** A small message through shared memory is bound by its signal, not by the copy. */
  Limit limit(PayloadSize size) {
    return this == SHM && !size.isBulk() ? Limit.RAW_UDS : bulkLimit;
  }
}
