package gradwire.bench.transport;

/** One worker's line to the other end, ready. One thread: the one that made it. */
interface Exchange extends AutoCloseable {
  /** One operation, from its first byte sent to its last byte received. */
  void run();

  @Override
  void close();
}
