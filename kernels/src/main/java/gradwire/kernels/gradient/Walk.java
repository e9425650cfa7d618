package gradwire.kernels.gradient;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.Grid;

/**
 * How many threads walk a vector.
 *
 * @param maxBlocks at most so many blocks; threads of a larger vector take several turns
 */
record Walk(int maxBlocks) {
  static final int DEFAULT_BLOCKS_PER_MULTIPROCESSOR = 32;

  private static final int THREADS_PER_BLOCK = 256;
  private static final int ELEMENTS_PER_THREAD = 4;
  private static final int WARP = 32;

  /** Threads for {@code length} elements, 1 at least. */
  Grid over(long length) {
    return Grid.over(Math.ceilDiv(length, ELEMENTS_PER_THREAD), THREADS_PER_BLOCK, maxBlocks);
  }

  /** A warp for each of {@code count} things, 1 at least. */
  Grid warps(long count) {
    return Grid.over(count * WARP, THREADS_PER_BLOCK, maxBlocks);
  }

  /** A block for each of {@code count} things, 1 at least. */
  Grid blocks(long count) {
    return Grid.over(count * THREADS_PER_BLOCK, THREADS_PER_BLOCK, maxBlocks);
  }

  /**
   * Refuses a range of another size.
   *
   * @param what the range, as an error calls it
   */
  static void checkBytes(String what, DeviceRange range, long numBytes) {
    if (range.numBytes() != numBytes) {
      throw new IllegalArgumentException(
          "%s: expected %,d bytes, got %,d".formatted(what, numBytes, range.numBytes()));
    }
  }
}
