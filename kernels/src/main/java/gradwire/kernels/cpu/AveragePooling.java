package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.function.IntToDoubleFunction;

/** The mean of the pixels under each window, by channel; or their sum. */
public final class AveragePooling {
  private static final MethodHandle FORWARD =
      Loop.of("average_pool", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
  private static final MethodHandle BACKWARD =
      Loop.of("average_pool_gradient", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);

  private final Window window;
  private final MemorySegment memory;

  /** By number of pixels, from 0 on. */
  private final MemorySegment factors;

  /**
   * @param arena keeps the window's sizes
   * @param factor of the sum of a window's pixels, by how many of them lie in the image
   */
  public AveragePooling(Arena arena, Window window, IntToDoubleFunction factor) {
    this.window = window;
    this.memory = window.allocate(arena);
    this.factors = Floats.allocate(arena, window.kernel().area() + 1L);
    for (int covered = 1; covered <= window.kernel().area(); covered++) {
      factors.setAtIndex(ValueLayout.JAVA_FLOAT, covered, (float) factor.applyAsDouble(covered));
    }
  }

  /**
   * @param images {@code [numImages, height, width, channels]}
   * @param pooled {@code [numImages, out height, out width, channels]}, written
   */
  public void forward(MemorySegment images, int numImages, MemorySegment pooled) {
    Loop.expect(images, (long) numImages * window.imageFloats());
    Loop.expect(pooled, (long) numImages * window.pooledFloats());
    try {
      FORWARD.invokeExact(memory, images, (long) numImages, factors, pooled);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * @param gradient of what {@link #forward} wrote
   * @param imageGradient written, of what it read
   */
  public void backward(MemorySegment gradient, int numImages, MemorySegment imageGradient) {
    Loop.expect(gradient, (long) numImages * window.pooledFloats());
    Loop.expect(imageGradient, (long) numImages * window.imageFloats());
    try {
      BACKWARD.invokeExact(memory, gradient, (long) numImages, factors, imageGradient);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }
}
