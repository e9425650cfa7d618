package gradwire.kernels.layer;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.Grid;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;

/**
 * Sums over the rows of a row-major float32 matrix, by column. Rows are cut into parts, as many as
 * the sizes alone say, whose sums are added in their order.
 */
public final class ColumnSums {
  private final CudaKernel sums;
  private final CudaKernel means;
  private final Walk walk;

  ColumnSums(CudaModule module, Walk walk) {
    sums = module.kernel("column_sums");
    means = module.kernel("column_means");
    this.walk = walk;
  }

  /** A matrix's. */
  public record Sizes(int rows, int columns) {
    private static final int COLUMNS_PER_BLOCK = 32;
    private static final int THREADS_PER_BLOCK = 256;
    private static final int WANTED_BLOCKS = 256;

    /** Of a part. */
    private static final int LEAST_ROWS = 64;

    private int numGroups() {
      return Math.ceilDiv(columns, COLUMNS_PER_BLOCK);
    }

    private int numParts() {
      return Math.clamp(rows / LEAST_ROWS, 1, Math.ceilDiv(WANTED_BLOCKS, numGroups()));
    }

    Grid grid() {
      return new Grid(numGroups() * numParts(), THREADS_PER_BLOCK);
    }

    /** Of one number for each element. */
    public long scratchFloats() {
      return (long) numParts() * columns;
    }

    int[] numbers() {
      return new int[] {rows, columns, numParts()};
    }
  }

  /**
   * Queues the sums, divided.
   *
   * @param x {@code [rows, columns]}
   * @param into {@code [columns]}, written
   */
  public void divided(
      CudaStream stream,
      Sizes sizes,
      DeviceRange x,
      double divisor,
      DeviceRange into,
      DeviceRange scratch) {
    Walk.checkBytes("x", x, (long) sizes.rows * sizes.columns * Float.BYTES);
    Walk.checkBytes("sums", into, (long) sizes.columns * Float.BYTES);
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          sums,
          sizes.grid(),
          new KernelArguments(arena).pointer(x).pointer(scratch).int32s(sizes.numbers()));
    }
    addParts(stream, sizes, scratch, divisor, into);
  }

  /** Queues what is left to do after the parts' sums of one number for each element. */
  void addParts(
      CudaStream stream, Sizes sizes, DeviceRange scratch, double divisor, DeviceRange into) {
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          means,
          walk.threads(sizes.columns),
          new KernelArguments(arena)
              .pointer(scratch)
              .pointer(into)
              .int32s(sizes.numbers())
              .float64(divisor));
    }
  }
}
