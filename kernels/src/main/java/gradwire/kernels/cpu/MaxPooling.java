package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The largest pixel under each window, by channel. The gradient goes to the first that is as large
 * as the result, row by row. What lies outside of the image doesn't count.
 */
public final class MaxPooling {
  private static final MethodHandle FORWARD =
      Loop.of("max_pool", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle BACKWARD =
      Loop.of("max_pool_gradient", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS);

  private final Window window;
  private final MemorySegment memory;

  /**
   * @param arena keeps the window's sizes
   */
  public MaxPooling(Arena arena, Window window) {
    this.window = window;
    this.memory = window.allocate(arena);
  }

  /**
   * @param images {@code [numImages, height, width, channels]}
   * @param pooled {@code [numImages, out height, out width, channels]}, written
   */
  public void forward(MemorySegment images, int numImages, MemorySegment pooled) {
    Loop.expect(images, (long) numImages * window.imageFloats());
    Loop.expect(pooled, (long) numImages * window.pooledFloats());
    try {
      FORWARD.invokeExact(memory, images, (long) numImages, pooled);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * @param images as {@link #forward} read them
   * @param pooled as it wrote them
   * @param gradient of {@code pooled}
   * @param imageGradient written, of {@code images}
   */
  public void backward(
      MemorySegment images,
      int numImages,
      MemorySegment pooled,
      MemorySegment gradient,
      MemorySegment imageGradient) {
    Loop.expect(images, (long) numImages * window.imageFloats());
    Loop.expect(imageGradient, (long) numImages * window.imageFloats());
    Loop.expect(pooled, (long) numImages * window.pooledFloats());
    Loop.expect(gradient, (long) numImages * window.pooledFloats());
    try {
      BACKWARD.invokeExact(memory, images, (long) numImages, pooled, gradient, imageGradient);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }
}
