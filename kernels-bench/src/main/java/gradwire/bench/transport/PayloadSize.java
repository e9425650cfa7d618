package gradwire.bench.transport;

/** Length of the tensor. */
enum PayloadSize {
  KB_1("1KB", 256),
  /** The MNIST network. */
  KB_318("318KB", 79_510),
  MB_4("4MB", 1 << 20),
  MB_100("100MB", 25 << 20),
  GB_1("1GB", 256 << 20);

  private final String label;
  private final long numFloats;

  PayloadSize(String label, long numFloats) {
    this.label = label;
    this.numFloats = numFloats;
  }

  String label() {
    return label;
  }

  long numFloats() {
    return numFloats;
  }

  long bytes() {
    return numFloats * Float.BYTES;
  }

  /** Long enough that rate counts, not latency. */
  boolean isBulk() {
    return bytes() > 1 << 20;
  }
}
