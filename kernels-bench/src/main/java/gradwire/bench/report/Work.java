package gradwire.bench.report;

/**
 * What one operation has to do.
 *
 * @param flops floating-point operations: two a multiply-add; one a comparison, a conversion, a
 *     root or an exponential
 * @param bytes of what it reads and of what it writes, each once
 * @param bound what is expected to limit it, and so what its row counts
 */
public record Work(long flops, long bytes, Bound bound) {
  /** What is scarce. */
  public enum Bound {
    /** A row counts floating-point operations where others count bytes. */
    ARITHMETIC,
    /** A row counts bytes. */
    MEMORY
  }

  /** What the row counts of it. */
  public long counted() {
    return switch (bound) {
      case ARITHMETIC -> flops;
      case MEMORY -> bytes;
    };
  }

  /** Arithmetic intensity. */
  public double flopsPerByte() {
    return (double) flops / bytes;
  }
}
