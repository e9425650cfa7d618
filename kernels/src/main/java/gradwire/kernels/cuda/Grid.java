package gradwire.kernels.cuda;

/**
 * How many threads run a kernel.
 *
 * @param threadsPerBlock whole warps: a multiple of 32, at most 1,024
 */
public record Grid(int numBlocks, int threadsPerBlock) {
  public Grid {
    if (numBlocks < 1
        || threadsPerBlock < 32
        || threadsPerBlock > 1024
        || threadsPerBlock % 32 != 0) {
      throw new IllegalArgumentException(
          "grid: expected 1 block or more of 32, 64, ... 1024 threads, got "
              + numBlocks
              + " blocks of "
              + threadsPerBlock);
    }
  }

  /**
   * As many blocks as {@code numThreads}, 1 at least, need, but not more than {@code maxBlocks}.
   */
  public static Grid over(long numThreads, int threadsPerBlock, int maxBlocks) {
    long needed = Math.ceilDiv(numThreads, threadsPerBlock);
    return new Grid((int) Math.max(1, Math.min(needed, maxBlocks)), threadsPerBlock);
  }
}
