package gradwire.kernels.layer;

/**
 * A product of matrices: {@code [rows, depth]} times {@code [depth, columns]}.
 *
 * <p>Where the result has few tiles the depth is cut into parts, whose sums are added afterwards.
 * How many follows from the sizes alone, not from the device: so do the bits.
 */
record ProductSizes(int rows, int columns, int depth) {
  /** A block's tile of the result, in rows and in columns. */
  private static final int TILE = 64;

  static final int THREADS_PER_BLOCK = 256;

  /** Enough for the largest devices of today to have work for every multiprocessor. */
  private static final int WANTED_BLOCKS = 256;

  /** Of a part: below, a block's start would cost as much as its sums. */
  private static final int LEAST_DEPTH = 128;

  private int numTiles() {
    return Math.ceilDiv(rows, TILE) * Math.ceilDiv(columns, TILE);
  }

  int numParts() {
    return Math.clamp(depth / LEAST_DEPTH, 1, Math.ceilDiv(WANTED_BLOCKS, numTiles()));
  }

  int numBlocks() {
    return numTiles() * numParts();
  }

  /** Of the result. */
  long numFloats() {
    return (long) rows * columns;
  }

  /** Of the parts' sums; none where there is one part. */
  long scratchFloats() {
    return numParts() == 1 ? 0 : numParts() * numFloats();
  }

  /** As kernels have it. */
  int[] numbers() {
    return new int[] {rows, columns, depth, numParts()};
  }
}
