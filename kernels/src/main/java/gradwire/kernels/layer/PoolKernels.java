package gradwire.kernels.layer;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cpu.Window;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;

/**
 * What lies under each window, channel by channel, as one number; and its gradient. Images are
 * {@code [images, height, width, channels] float32}. What lies outside of an image doesn't count.
 */
public final class PoolKernels {
  private final CudaKernel max;
  private final CudaKernel maxGradient;
  private final CudaKernel average;
  private final CudaKernel averageGradient;
  private final Walk walk;

  PoolKernels(CudaModule module, Walk walk) {
    max = module.kernel("max_pool");
    maxGradient = module.kernel("max_pool_gradient");
    average = module.kernel("average_pool");
    averageGradient = module.kernel("average_pool_gradient");
    this.walk = walk;
  }

  /** What a window's sum is divided by, in the kernels' numbers. */
  public enum Divisor {
    /** The kernel's area. */
    KERNEL,
    /** How many of the window's pixels lie in the image. */
    COVERED,
    /** 1: it stays a sum. */
    ONE
  }

  /** Images, and their windows. */
  public record Images(int count, Window window) {
    private long numFloats() {
      return (long) count * window.imageFloats();
    }

    private long numPooled() {
      return (long) count * window.pooledFloats();
    }

    private void check(DeviceRange x, DeviceRange y) {
      Walk.checkBytes("x", x, numFloats() * Float.BYTES);
      Walk.checkBytes("y", y, numPooled() * Float.BYTES);
    }
  }

  /**
   * Queues the largest under each window.
   *
   * @param y written
   * @param chosen as many int32 as {@code y} has floats, written: the first pixel that is as large
   */
  public void max(
      CudaStream stream, Images images, DeviceRange x, DeviceRange y, DeviceRange chosen) {
    images.check(x, y);
    Walk.checkBytes("chosen", chosen, y.numBytes());
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          max,
          walk.threads(images.numPooled()),
          new KernelArguments(arena)
              .pointer(x)
              .pointer(y)
              .pointer(chosen)
              .int64(images.numPooled())
              .int32s(images.window.numbers()));
    }
  }

  /**
   * Queues the gradient of what {@link #max} read.
   *
   * @param chosen as it wrote it
   * @param dx written
   */
  public void maxGradient(
      CudaStream stream, Images images, DeviceRange dy, DeviceRange chosen, DeviceRange dx) {
    images.check(dx, dy);
    Walk.checkBytes("chosen", chosen, dy.numBytes());
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          maxGradient,
          walk.threads(images.numFloats()),
          new KernelArguments(arena)
              .pointer(dy)
              .pointer(chosen)
              .pointer(dx)
              .int64(images.numFloats())
              .int32s(images.window.numbers()));
    }
  }

  /**
   * Queues the mean under each window.
   *
   * @param y written
   */
  public void average(
      CudaStream stream, Images images, Divisor divisor, DeviceRange x, DeviceRange y) {
    images.check(x, y);
    launch(stream, average, images, divisor, x, y, images.numPooled());
  }

  /**
   * Queues the gradient of what {@link #average} read.
   *
   * @param dx written
   */
  public void averageGradient(
      CudaStream stream, Images images, Divisor divisor, DeviceRange dy, DeviceRange dx) {
    images.check(dx, dy);
    launch(stream, averageGradient, images, divisor, dy, dx, images.numFloats());
  }

  private void launch(
      CudaStream stream,
      CudaKernel kernel,
      Images images,
      Divisor divisor,
      DeviceRange from,
      DeviceRange into,
      long length) {
    try (Arena arena = Arena.ofConfined()) {
      stream.launch(
          kernel,
          walk.threads(length),
          new KernelArguments(arena)
              .pointer(from)
              .pointer(into)
              .int64(length)
              .int32s(images.window.numbers())
              .int32(divisor.ordinal()));
    }
  }
}
