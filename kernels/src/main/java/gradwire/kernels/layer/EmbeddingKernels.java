package gradwire.kernels.layer;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.Grid;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * A float32 vector for every id: {@code y = W[id] + b}. Ids are {@code [rows] float32}, each a
 * whole number below the number of vectors: nobody checks.
 */
public final class EmbeddingKernels {
  private static final int COLUMNS_PER_BLOCK = 32;
  private static final int THREADS_PER_BLOCK = 256;

  private final CudaKernel forward;
  private final CudaKernel rank;
  private final CudaKernel gradient;
  private final Walk walk;

  EmbeddingKernels(CudaModule module, Walk walk) {
    forward = module.kernel("embedding");
    rank = module.kernel("rank_ids");
    gradient = module.kernel("embedding_gradient");
    this.walk = walk;
  }

  /**
   * The vectors.
   *
   * @param isRowMajor whether they are {@code [numIds, numFeatures]}, else {@code [numFeatures,
   *     numIds]}
   */
  public record Vectors(int numIds, int numFeatures, boolean isRowMajor) {
    private int[] numbers() {
      return isRowMajor
          ? new int[] {numFeatures, numFeatures, 1}
          : new int[] {numFeatures, 1, numIds};
    }

    private void check(DeviceRange ids, DeviceRange weights, DeviceRange y) {
      Walk.checkBytes("weights", weights, (long) numIds * numFeatures * Float.BYTES);
      Walk.checkBytes("y", y, ids.numBytes() * numFeatures);
    }
  }

  /**
   * Queues {@code y}.
   *
   * @param bias {@code [numFeatures]}
   * @param y {@code [rows, numFeatures]}, written
   */
  public void forward(
      CudaStream stream,
      Vectors vectors,
      DeviceRange ids,
      DeviceRange weights,
      Optional<DeviceRange> bias,
      DeviceRange y) {
    vectors.check(ids, weights, y);
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          forward,
          walk.threads(y.length(Float.BYTES)),
          new KernelArguments(arena)
              .pointer(ids)
              .pointer(weights)
              .pointer(bias)
              .pointer(y)
              .int64(ids.length(Float.BYTES))
              .int32s(vectors.numbers()));
    }
  }

  /** Rows by id, {@code [rows] int32} each. */
  public record Ranks(DeviceRange ranked, DeviceRange runs) {}

  /**
   * Queues the gradient of the weights, in their order; time grows with the square of the rows.
   *
   * @param dy {@code [rows, numFeatures]}
   * @param ranks written
   * @param dw written; zeros for ids that aren't there
   */
  public void weightsGradient(
      CudaStream stream,
      Vectors vectors,
      DeviceRange ids,
      DeviceRange dy,
      Ranks ranks,
      DeviceRange dw) {
    vectors.check(ids, dw, dy);
    int numRows = Math.toIntExact(ids.length(Float.BYTES));
    stream.fill(dw, (byte) 0);
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          rank,
          walk.warps(numRows),
          new KernelArguments(arena)
              .pointer(ids)
              .pointer(ranks.ranked)
              .pointer(ranks.runs)
              .int32(numRows));
      int across = Math.ceilDiv(vectors.numFeatures, COLUMNS_PER_BLOCK);
      stream.launch(
          gradient,
          new Grid(Math.multiplyExact(numRows, across), THREADS_PER_BLOCK),
          new KernelArguments(arena)
              .pointer(dy)
              .pointer(ids)
              .pointer(ranks.ranked)
              .pointer(ranks.runs)
              .pointer(dw)
              .int32s(vectors.numbers()));
    }
  }
}
