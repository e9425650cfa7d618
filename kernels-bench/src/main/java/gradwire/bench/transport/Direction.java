package gradwire.bench.transport;

/** What one operation does. */
enum Direction {
  /** A gradient goes up and arrives in the server's memory; a message without floats comes back. */
  PUSH("push", 1),
  /** Weights come down. */
  PULL("pull", 1),
  /** A gradient up, weights down, one request. */
  PUSH_PULL("push+pull", 2),
  /** As {@link #PUSH_PULL}, at a real parameter server that applies the gradient by Adam. */
  STEP("step", 2),
  /** As {@link #STEP}, at a server that survives {@code kill -9}: its state is in a mapped file. */
  KEPT_STEP("kept-step", 2);

  private final String label;
  private final int ways;

  Direction(String label, int ways) {
    this.label = label;
    this.ways = ways;
  }

  String label() {
    return label;
  }

  /** Whether a real parameter server is at the other end. */
  boolean isStep() {
    return this == STEP || this == KEPT_STEP;
  }

  /** How often the tensor crosses. */
  int ways() {
    return ways;
  }

  boolean goesUp() {
    return this != PULL;
  }

  boolean comesDown() {
    return this != PUSH;
  }
}
