package gradwire.kernels.code;

import gradwire.kernels.cuda.CudaDevice;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.Grid;

/**
 * How many threads walk a vector.
 *
 * @param blocksPerMultiprocessor at most so many; threads of a larger vector take several turns
 */
public record Walk(int numMultiprocessors, int blocksPerMultiprocessor) {
  /** The best all round on an H200, of 8, 16, ... 128 and as many as there is work for. */
  public static final int DEFAULT_BLOCKS_PER_MULTIPROCESSOR = 128;

  private static final int THREADS_PER_BLOCK = 256;
  private static final int ELEMENTS_PER_THREAD = 4;
  private static final int WARP = 32;

  /** What one multiprocessor runs at a time. */
  private static final int RESIDENT_BLOCKS = 8;

  private static final int LARGE_BLOCK = 1024;

  /** For a device, not more than {@link #DEFAULT_BLOCKS_PER_MULTIPROCESSOR}. */
  public static Walk of(CudaDevice device) {
    return new Walk(device.numMultiprocessors(), DEFAULT_BLOCKS_PER_MULTIPROCESSOR);
  }

  /** Threads for {@code length} elements, 1 at least. */
  public Grid over(long length) {
    return grid(Math.ceilDiv(length, ELEMENTS_PER_THREAD));
  }

  /** A warp for each of {@code count} things, 1 at least. */
  public Grid warps(long count) {
    return grid(count * WARP);
  }

  /** A thread for each of {@code count} things, 1 at least. */
  public Grid threads(long count) {
    return grid(count);
  }

  private Grid grid(long numThreads) {
    return Grid.over(
        numThreads,
        THREADS_PER_BLOCK,
        (int) Math.min(Integer.MAX_VALUE, (long) numMultiprocessors * blocksPerMultiprocessor));
  }

  /** Threads for {@code count} things, not more than run at a time: where a block's start costs. */
  public Grid resident(long count) {
    return Grid.over(count, THREADS_PER_BLOCK, numMultiprocessors * RESIDENT_BLOCKS);
  }

  /**
   * A large block for each of {@code count} things, 1 at least, few at a time: what they read twice
   * stays in the cache.
   */
  public Grid largeBlocks(long count) {
    return Grid.over(count * LARGE_BLOCK, LARGE_BLOCK, 2 * numMultiprocessors);
  }

  /**
   * Refuses a range of another size.
   *
   * @param what the range, as an error calls it
   */
  public static void checkBytes(String what, DeviceRange range, long numBytes) {
    if (range.numBytes() != numBytes) {
      throw new IllegalArgumentException(
          "%s: expected %,d bytes, got %,d".formatted(what, numBytes, range.numBytes()));
    }
  }
}
