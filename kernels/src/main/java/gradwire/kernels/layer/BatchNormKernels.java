package gradwire.kernels.layer;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;

/**
 * Ioffe and Szegedy, "Batch Normalization", 2015, of the columns of a row-major float32 matrix; an
 * image's pixel is a row. {@code y = gamma * (x - mean) / sqrt(variance + epsilon) + beta}. What
 * belongs to a column is computed in float64.
 */
public final class BatchNormKernels {
  private final CudaKernel squares;
  private final CudaKernel scale;
  private final CudaKernel runningScale;
  private final CudaKernel normalize;
  private final CudaKernel gradientSums;
  private final CudaKernel gradients;
  private final CudaKernel inputGradient;
  private final ColumnSums sums;
  private final Walk walk;

  BatchNormKernels(CudaModule module, ColumnSums sums, Walk walk) {
    squares = module.kernel("column_squares");
    scale = module.kernel("batch_norm_scale");
    runningScale = module.kernel("batch_norm_running_scale");
    normalize = module.kernel("batch_norm_forward");
    gradientSums = module.kernel("column_gradient_sums");
    gradients = module.kernel("batch_norm_gradients");
    inputGradient = module.kernel("batch_norm_input_gradient");
    this.sums = sums;
    this.walk = walk;
  }

  /**
   * Constants of a layer.
   *
   * @param epsilon added to a variance
   * @param decay share of a running statistic that a step keeps
   * @param logDeviation whether the running spread is log10 of a deviation, else a variance
   */
  public record Settings(double epsilon, double decay, boolean logDeviation) {
    private int spreadKind() {
      return logDeviation ? 1 : 0;
    }
  }

  /** A layer's parameters or their gradients, {@code [columns] float32} each. */
  public record Parameters(
      DeviceRange gamma, DeviceRange beta, DeviceRange mean, DeviceRange spread) {}

  /**
   * What the way back needs of the way forward, and its own; columns each.
   *
   * @param variance float64
   */
  public record Memory(
      DeviceRange mean,
      DeviceRange variance,
      DeviceRange scale,
      DeviceRange slope,
      DeviceRange shift) {}

  /** Floats of {@code scratch}. */
  public static long scratchFloats(ColumnSums.Sizes sizes) {
    return 2 * sizes.scratchFloats();
  }

  /**
   * Queues {@code y} by the batch's own statistics.
   *
   * @param x {@code [rows, columns]}
   * @param memory written
   * @param y as {@code x}, written
   */
  public void forward(
      CudaStream stream,
      ColumnSums.Sizes sizes,
      Settings settings,
      Parameters parameters,
      DeviceRange x,
      DeviceRange y,
      Memory memory,
      DeviceRange scratch) {
    sums.divided(stream, sizes, x, sizes.rows(), memory.mean, scratch);
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          squares,
          sizes.grid(),
          new KernelArguments(arena)
              .pointer(x)
              .pointer(memory.mean)
              .pointer(scratch)
              .int32s(sizes.numbers()));
      stream.launch(
          scale,
          walk.threads(sizes.columns()),
          new KernelArguments(arena)
              .pointer(scratch)
              .pointer(parameters.gamma)
              .pointer(memory.variance)
              .pointer(memory.scale)
              .int32s(sizes.numbers())
              .float64(settings.epsilon));
    }
    normalize(stream, sizes, x, y, memory.mean, memory.scale, parameters.beta);
  }

  /**
   * Queues {@code y} by the running statistics.
   *
   * @param scale {@code [columns]}, written
   */
  public void infer(
      CudaStream stream,
      ColumnSums.Sizes sizes,
      Settings settings,
      Parameters parameters,
      DeviceRange x,
      DeviceRange y,
      DeviceRange scale) {
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          runningScale,
          walk.threads(sizes.columns()),
          new KernelArguments(arena)
              .pointer(parameters.spread)
              .pointer(parameters.gamma)
              .pointer(scale)
              .int32(sizes.columns())
              .float64(settings.epsilon)
              .int32(settings.spreadKind()));
    }
    normalize(stream, sizes, x, y, parameters.mean, scale, parameters.beta);
  }

  private void normalize(
      CudaStream stream,
      ColumnSums.Sizes sizes,
      DeviceRange x,
      DeviceRange y,
      DeviceRange mean,
      DeviceRange scales,
      DeviceRange shifts) {
    Walk.checkBytes("y", y, x.numBytes());
    long length = x.length(Float.BYTES);
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          normalize,
          walk.threads(length),
          new KernelArguments(arena)
              .pointer(x)
              .pointer(y)
              .pointer(mean)
              .pointer(scales)
              .pointer(shifts)
              .int64(length)
              .int32(sizes.columns()));
    }
  }

  /**
   * Queues the parameters' gradients and, in the place of the running statistics', what is to be
   * subtracted from them.
   *
   * @param memory as {@link #forward} wrote it; more is written
   * @param gradient written
   */
  public void backward(
      CudaStream stream,
      ColumnSums.Sizes sizes,
      Settings settings,
      Parameters parameters,
      DeviceRange dy,
      DeviceRange x,
      Memory memory,
      Parameters gradient,
      DeviceRange scratch) {
    Walk.checkBytes("dy", dy, x.numBytes());
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          gradientSums,
          sizes.grid(),
          new KernelArguments(arena)
              .pointer(dy)
              .pointer(x)
              .pointer(memory.mean)
              .pointer(scratch)
              .int32s(sizes.numbers()));
      stream.launch(
          gradients,
          walk.threads(sizes.columns()),
          new KernelArguments(arena)
              .pointer(scratch)
              .pointer(memory.mean)
              .pointer(memory.variance)
              .pointer(memory.scale)
              .pointer(parameters.mean)
              .pointer(parameters.spread)
              .pointer(gradient.gamma)
              .pointer(gradient.beta)
              .pointer(gradient.mean)
              .pointer(gradient.spread)
              .pointer(memory.slope)
              .pointer(memory.shift)
              .int32s(sizes.numbers())
              .float64(settings.epsilon)
              .float64(1 - settings.decay)
              .int32(settings.spreadKind()));
    }
  }

  /**
   * Queues the gradient of {@code x}, after {@link #backward}.
   *
   * @param dx written; may be {@code dy}
   */
  public void inputGradient(
      CudaStream stream,
      ColumnSums.Sizes sizes,
      DeviceRange dy,
      DeviceRange x,
      Memory memory,
      DeviceRange dx) {
    Walk.checkBytes("dx", dx, x.numBytes());
    long length = x.length(Float.BYTES);
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          inputGradient,
          walk.threads(length),
          new KernelArguments(arena)
              .pointer(dy)
              .pointer(x)
              .pointer(dx)
              .pointer(memory.mean)
              .pointer(memory.scale)
              .pointer(memory.slope)
              .pointer(memory.shift)
              .int64(length)
              .int32(sizes.columns()));
    }
  }
}
