package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import gradwire.error.Expect;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How a kernel goes over images: sizes in pixels, of both what it reads and what it makes.
 * Immutable.
 *
 * @param input sizes of an image
 * @param kernel sizes of the kernel
 * @param stride from one window to the next, at least 1
 * @param padding zeros above and to the left of the image; below and to the right as many as the
 *     windows need
 * @param dilation from one of the kernel's pixels to the next, at least 1
 * @param output how many windows there are
 * @param channels of the image
 */
public record Window(
    Size input, Size kernel, Size stride, Size padding, Size dilation, Size output, int channels) {
  /** Rows and columns. */
  public record Size(int height, int width) {
    public int area() {
      return height * width;
    }

    private IntStream numbers() {
      return IntStream.of(height, width);
    }

    /** As functions of the library of loops have it. */
    MemorySegment allocate(Arena arena) {
      return arena.allocateFrom(JAVA_INT, numbers().toArray());
    }

    @Override
    public String toString() {
      return height + "x" + width;
    }
  }

  public Window {
    Expect.that(
        output.height() >= 1 && output.width() >= 1,
        "window",
        "a kernel that fits into the image",
        kernel + " on " + input,
        "use a smaller kernel or more padding");
  }

  /** The image's row under the kernel's row {@code k} of window {@code out}; may be outside. */
  private int row(int out, int k) {
    return out * stride.height() - padding.height() + k * dilation.height();
  }

  /** The image's column under the kernel's column {@code k} of window {@code out}. */
  private int column(int out, int k) {
    return out * stride.width() - padding.width() + k * dilation.width();
  }

  /** Floats of a window: {@code kernel height * kernel width * channels}. */
  public int floats() {
    return kernel.area() * channels;
  }

  /** Whether there is one window to each pixel, and nothing else in it. */
  public boolean isPointwise() {
    return kernel.area() == 1
        && stride.area() == 1
        && padding.height() == 0
        && padding.width() == 0;
  }

  /**
   * Sizes of an image such that all windows lie in it: its own where they do, else those of a frame
   * around it, as far as windows reach.
   */
  Size framed() {
    int height = row(output.height() - 1, kernel.height() - 1) + padding.height() + 1;
    int width = column(output.width() - 1, kernel.width() - 1) + padding.width() + 1;
    boolean inside =
        padding.height() == 0
            && padding.width() == 0
            && height <= input.height()
            && width <= input.width();
    return inside ? input : new Size(height, width);
  }

  /** Rows and columns of an image, from its first ones, that lie in the frame. */
  Size read() {
    Size frame = framed();
    return new Size(
        Math.clamp(frame.height() - padding.height(), 0, input.height()),
        Math.clamp(frame.width() - padding.width(), 0, input.width()));
  }

  /** Floats of an image. */
  public int imageFloats() {
    return input.area() * channels;
  }

  /** Floats of an image that has a pixel of as many channels for each window. */
  public int pooledFloats() {
    return output.area() * channels;
  }

  /** As kernels have it: all numbers, in order. */
  public int[] numbers() {
    return IntStream.concat(
            Stream.of(input, kernel, stride, padding, dilation, output).flatMapToInt(Size::numbers),
            IntStream.of(channels))
        .toArray();
  }

  /** As functions of the library of loops have it. */
  MemorySegment allocate(Arena arena) {
    return arena.allocateFrom(JAVA_INT, numbers());
  }
}
