package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Lays the windows under a kernel out as the rows of a matrix, and adds such rows up to images
 * again: what makes a convolution of a matrix product.
 *
 * <p>A row is {@code [kernel height, kernel width, channels]}; rows go by image, then window row,
 * then window column. Pixels outside of the image are zeros.
 */
public final class Windows {
  private static final MethodHandle GATHER =
      Loop.of("gather", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle SCATTER =
      Loop.of("scatter", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);

  private final Window window;
  private final MemorySegment memory;

  /**
   * @param arena keeps the window's sizes
   */
  public Windows(Arena arena, Window window) {
    this.window = window;
    this.memory = window.allocate(arena);
  }

  /**
   * Writes the rows of {@code numImages} images.
   *
   * @param images {@code [numImages, height, width, channels]}
   * @param rows {@code [numImages * windows, window floats]}
   */
  public void gather(MemorySegment images, int numImages, MemorySegment rows) {
    expect(images, numImages, rows);
    try {
      GATHER.invokeExact(memory, images, (long) numImages, rows);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * The other way round: every pixel becomes the sum of what the rows hold for it, in the order of
   * the rows.
   *
   * @param rows {@code [numImages * windows, window floats]}
   * @param images {@code [numImages, height, width, channels]}, written
   */
  public void scatter(MemorySegment rows, int numImages, MemorySegment images) {
    expect(images, numImages, rows);
    try {
      SCATTER.invokeExact(memory, rows, (long) numImages, images);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  private void expect(MemorySegment images, int numImages, MemorySegment rows) {
    Loop.expect(images, (long) numImages * window.imageFloats());
    Loop.expect(rows, (long) numImages * window.output().area() * window.floats());
  }
}
