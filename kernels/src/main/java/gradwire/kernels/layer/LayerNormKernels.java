package gradwire.kernels.layer;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * Ba et al., "Layer Normalization", 2016, of the rows of a row-major float32 matrix: {@code y =
 * gain * (x - mean) / deviation + bias}, both of the row; 0 where the deviation is 0, before the
 * bias.
 */
public final class LayerNormKernels {
  private final CudaKernel normalize;
  private final CudaKernel gainSums;
  private final CudaKernel inputGradient;
  private final ColumnSums sums;
  private final Walk walk;

  LayerNormKernels(CudaModule module, ColumnSums sums, Walk walk) {
    normalize = module.kernel("layer_norm");
    gainSums = module.kernel("column_gain_sums");
    inputGradient = module.kernel("layer_norm_input_gradient");
    this.sums = sums;
    this.walk = walk;
  }

  /** A layer's parameters or their gradients, {@code [columns] float32} each. */
  public record Parameters(DeviceRange gain, Optional<DeviceRange> bias) {}

  /** What the way back needs of the way forward, {@code [rows] float32} each. */
  public record Memory(DeviceRange means, DeviceRange inverses) {}

  /**
   * Queues {@code y}.
   *
   * @param x {@code [rows, columns]}
   * @param y as {@code x}, written
   * @param memory written
   */
  public void forward(
      CudaStream stream,
      ColumnSums.Sizes sizes,
      Parameters parameters,
      DeviceRange x,
      DeviceRange y,
      Memory memory) {
    Walk.checkBytes("x", x, (long) sizes.rows() * sizes.columns() * Float.BYTES);
    Walk.checkBytes("y", y, x.numBytes());
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          normalize,
          walk.warps(sizes.rows()),
          new KernelArguments(arena)
              .pointer(x)
              .pointer(parameters.gain)
              .pointer(parameters.bias)
              .pointer(y)
              .pointer(memory.means)
              .pointer(memory.inverses)
              .int32(sizes.rows())
              .int32(sizes.columns()));
    }
  }

  /**
   * Queues the parameters' gradients.
   *
   * @param x what {@link #forward} read
   * @param memory as it wrote it
   * @param gradient written
   */
  public void backward(
      CudaStream stream,
      ColumnSums.Sizes sizes,
      DeviceRange dy,
      DeviceRange x,
      Memory memory,
      Parameters gradient,
      DeviceRange scratch) {
    Walk.checkBytes("dy", dy, x.numBytes());
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          gainSums,
          sizes.grid(),
          new KernelArguments(arena)
              .pointer(dy)
              .pointer(x)
              .pointer(memory.means)
              .pointer(memory.inverses)
              .pointer(scratch)
              .int32s(sizes.numbers()));
    }
    sums.addParts(stream, sizes, scratch, 1, gradient.gain);
    gradient.bias.ifPresent(bias -> sums.divided(stream, sizes, dy, 1, bias, scratch));
  }

  /**
   * Queues the gradient of {@code x}.
   *
   * @param memory as {@link #forward} wrote it
   * @param dx written; may be {@code dy}
   */
  public void inputGradient(
      CudaStream stream,
      ColumnSums.Sizes sizes,
      DeviceRange dy,
      DeviceRange x,
      DeviceRange gain,
      Memory memory,
      DeviceRange dx) {
    Walk.checkBytes("dy", dy, x.numBytes());
    Walk.checkBytes("dx", dx, x.numBytes());
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          inputGradient,
          walk.warps(sizes.rows()),
          new KernelArguments(arena)
              .pointer(dy)
              .pointer(x)
              .pointer(gain)
              .pointer(memory.means)
              .pointer(memory.inverses)
              .pointer(dx)
              .int32(sizes.rows())
              .int32(sizes.columns()));
    }
  }
}
