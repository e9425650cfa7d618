package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A convolution of every channel by itself, with {@code multiplier} filters each: filters {@code
 * channel * multiplier} and following. Weights are {@code [kernel height, kernel width, channels,
 * multiplier]}. One thread.
 */
public final class DepthwiseConvolution {
  private static final MethodHandle FORWARD =
      Loop.of("depthwise", ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
  private static final MethodHandle IMAGE_GRADIENT =
      Loop.of("depthwise_image_gradient", ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
  private static final MethodHandle WEIGHTS_GRADIENT =
      Loop.of(
          "depthwise_weights_gradient", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS);

  private final Window window;
  private final long multiplier;
  private final MemorySegment memory;
  private final Columns sums;

  /**
   * @param arena keeps the window's sizes, and sums
   */
  public DepthwiseConvolution(Arena arena, Window window, int multiplier) {
    this.window = window;
    this.multiplier = multiplier;
    this.memory = window.allocate(arena);
    this.sums = new Columns(arena, Math.multiplyExact(window.floats(), multiplier));
  }

  /**
   * @param images {@code [numImages, height, width, channels]}
   * @param y {@code [numImages, out height, out width, channels * multiplier]}, written
   */
  public void forward(MemorySegment images, int numImages, MemorySegment weights, MemorySegment y) {
    expect(images, y, numImages);
    Loop.expect(weights, sums.count());
    try {
      FORWARD.invokeExact(memory, images, (long) numImages, multiplier, weights, y);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * @param dy of what {@link #forward} wrote
   * @param imageGradient written, of what it read
   */
  public void imageGradient(
      MemorySegment dy, int numImages, MemorySegment weights, MemorySegment imageGradient) {
    expect(imageGradient, dy, numImages);
    Loop.expect(weights, sums.count());
    try {
      IMAGE_GRADIENT.invokeExact(memory, dy, (long) numImages, multiplier, weights, imageGradient);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * Products are float32, their sums float64.
   *
   * @return by weight, until the next call
   */
  public Columns weightsGradient(MemorySegment images, MemorySegment dy, int numImages) {
    expect(images, dy, numImages);
    try {
      WEIGHTS_GRADIENT.invokeExact(memory, images, dy, (long) numImages, multiplier, sums.memory());
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
    return sums;
  }

  private void expect(MemorySegment images, MemorySegment results, int numImages) {
    Loop.expect(images, (long) numImages * window.imageFloats());
    Loop.expect(results, (long) numImages * window.pooledFloats() * multiplier);
  }
}
