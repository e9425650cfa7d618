package gradwire.kernels.layer;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.Window;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import gradwire.kernels.layer.ConvolutionKernels.FilterOrder;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * Convolutions of every channel by itself, float32, with {@code multiplier} filters each: filters
 * {@code channel * multiplier} and following. Activations are those whose slope can be told from
 * {@code y}.
 */
public final class DepthwiseKernels implements UnitKernels<DepthwiseKernels.Sizes> {
  private final CudaKernel forward;
  private final CudaKernel inputGradient;
  private final CudaKernel weightsSums;
  private final CudaKernel weightsGradient;
  private final Walk walk;

  DepthwiseKernels(CudaModule module, Walk walk) {
    forward = module.kernel("depthwise_forward");
    inputGradient = module.kernel("depthwise_input_gradient");
    weightsSums = module.kernel("depthwise_weights_sums");
    weightsGradient = module.kernel("depthwise_weights_gradient");
    this.walk = walk;
  }

  /**
   * A layer's numbers.
   *
   * @param order where a weight's neighbours are: of the same channel, of the next, of the next
   *     place
   */
  public record Sizes(int numImages, Window window, int multiplier, FilterOrder order)
      implements UnitKernels.Sizes {
    /** The gradient of the weights: of every window. */
    private ColumnSums.Sizes ofWeightsGradient() {
      return new ColumnSums.Sizes(
          Math.multiplyExact(numImages, window.output().area()),
          Math.multiplyExact(window.floats(), multiplier));
    }

    private long numResults() {
      return (long) numImages * window.pooledFloats() * multiplier;
    }

    private long numFloats() {
      return (long) numImages * window.imageFloats();
    }

    @Override
    public long scratchFloats() {
      return ofWeightsGradient().scratchFloats();
    }

    private void check(DeviceRange x, DeviceRange weights, DeviceRange y) {
      Walk.checkBytes("x", x, numFloats() * Float.BYTES);
      Walk.checkBytes("weights", weights, (long) window.floats() * multiplier * Float.BYTES);
      Walk.checkBytes("y", y, numResults() * Float.BYTES);
    }
  }

  /**
   * Queues {@code y}.
   *
   * @param x {@code [images, height, width, channels]}
   * @param bias {@code [channels * multiplier]}
   * @param y {@code [images, window rows, window columns, channels * multiplier]}, written
   */
  @Override
  public void forward(
      CudaStream stream,
      Sizes sizes,
      DeviceRange x,
      DeviceRange weights,
      Optional<DeviceRange> bias,
      Activation activation,
      DeviceRange y,
      DeviceRange scratch) {
    sizes.check(x, weights, y);
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          forward,
          walk.threads(sizes.numResults()),
          new KernelArguments(arena)
              .pointer(x)
              .pointer(weights)
              .pointer(bias)
              .pointer(y)
              .int64(sizes.numResults())
              .int32s(sizes.window.numbers())
              .int32s(sizes.order.numbers())
              .int32(sizes.multiplier)
              .int32(activation.ordinal()));
    }
  }

  @Override
  public void inputGradient(
      CudaStream stream,
      Sizes sizes,
      DeviceRange dz,
      DeviceRange weights,
      DeviceRange dx,
      DeviceRange scratch) {
    sizes.check(dx, weights, dz);
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          inputGradient,
          walk.threads(sizes.numFloats()),
          new KernelArguments(arena)
              .pointer(dz)
              .pointer(weights)
              .pointer(dx)
              .int64(sizes.numFloats())
              .int32s(sizes.window.numbers())
              .int32s(sizes.order.numbers())
              .int32(sizes.multiplier));
    }
  }

  @Override
  public void weightsGradient(
      CudaStream stream,
      Sizes sizes,
      DeviceRange dz,
      DeviceRange x,
      DeviceRange dw,
      DeviceRange scratch) {
    sizes.check(x, dw, dz);
    ColumnSums.Sizes sums = sizes.ofWeightsGradient();
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          weightsSums,
          sums.grid(),
          new KernelArguments(arena)
              .pointer(dz)
              .pointer(x)
              .pointer(scratch)
              .int32s(sums.numbers())
              .int32s(sizes.window.numbers())
              .int32(sizes.multiplier));
      stream.launch(
          weightsGradient,
          walk.threads(sums.columns()),
          new KernelArguments(arena)
              .pointer(scratch)
              .pointer(dw)
              .int32s(sums.numbers())
              .int32s(sizes.order.numbers())
              .int32(sizes.window.channels())
              .int32(sizes.multiplier));
    }
  }
}
