package gradwire.kernels.layer;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.ElementLoss;
import gradwire.kernels.cpu.SoftmaxLoss;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;

/**
 * Losses of rows against labels of the same shape, with their gradients by what they are losses of:
 * {@link SoftmaxLoss} and {@link ElementLoss} in float32, sums by a fixed tree.
 */
public final class RowLossKernels {
  private final CudaKernel softmaxLoss;
  private final CudaKernel elementLoss;
  private final CudaKernel softmax;
  private final Walk walk;

  RowLossKernels(CudaModule module, Walk walk) {
    softmaxLoss = module.kernel("softmax_loss");
    elementLoss = module.kernel("element_loss");
    softmax = module.kernel("softmax");
    this.walk = walk;
  }

  /**
   * What a loss reads and writes.
   *
   * @param z {@code [rows, columns] float32}
   * @param labels as {@code z}
   * @param gradient as {@code z}, written; may be {@code z}
   * @param losses {@code [rows] float32}, written: not scaled
   * @param scale one float32: of the gradients
   */
  public record Rows(
      DeviceRange z,
      DeviceRange labels,
      DeviceRange gradient,
      DeviceRange losses,
      DeviceRange scale) {
    private int count() {
      return Math.toIntExact(losses.length(Float.BYTES));
    }

    private int columns() {
      return Math.toIntExact(z.numBytes() / losses.numBytes());
    }

    private KernelArguments arguments(Arena arena) {
      Walk.checkBytes("z", z, (long) count() * columns() * Float.BYTES);
      Walk.checkBytes("labels", labels, z.numBytes());
      Walk.checkBytes("gradient", gradient, z.numBytes());
      return new KernelArguments(arena)
          .pointer(z)
          .pointer(labels)
          .pointer(gradient)
          .pointer(losses)
          .int32(count())
          .int32(columns())
          .pointer(scale);
    }
  }

  /** Queues losses of {@code softmax(z)}. */
  public void softmax(CudaStream stream, SoftmaxLoss loss, Rows rows) {
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          softmaxLoss,
          walk.warps(rows.count()),
          rows.arguments(arena).int32(loss == SoftmaxLoss.CLIPPED ? 1 : 0));
    }
  }

  /** Queues losses of {@code f(z)}. */
  public void elements(CudaStream stream, Activation activation, ElementLoss loss, Rows rows) {
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          elementLoss,
          walk.warps(rows.count()),
          rows.arguments(arena).int32(loss.ordinal()).int32(activation.ordinal()));
    }
  }

  /**
   * Queues {@code p = softmax(z)} alone.
   *
   * @param z {@code [numRows, columns]}
   * @param p as {@code z}, written
   */
  public void probabilities(CudaStream stream, DeviceRange z, DeviceRange p, int numRows) {
    Walk.checkBytes("p", p, z.numBytes());
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          softmax,
          walk.warps(numRows),
          new KernelArguments(arena)
              .pointer(z)
              .pointer(p)
              .int32(numRows)
              .int32(Math.toIntExact(z.length(Float.BYTES) / numRows)));
    }
  }
}
