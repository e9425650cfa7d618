package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import gradwire.cpu.CpuLibrary;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * A convolution that reads windows where they lie in the images, and its gradients. One thread.
 *
 * <p>Windows and the kernel's elements are tables of offsets into an image, so that any stride and
 * dilation is the same loop; where windows reach beyond the image, it is copied into a frame of
 * zeros first. Sums are fused multiply-adds, in the order of a window's elements; of a gradient, in
 * the order of windows, a few of them at a time.
 */
public final class DirectConvolution {
  /** Floats that must be readable beyond the end of the products' gradient: a panel of filters. */
  public static final int SLACK_FLOATS = 64;

  private static final MethodHandle PADDED_FILTERS =
      CpuLibrary.function("padded_filters", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle PACK =
      Loop.of("pack_filters", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle UNPACK =
      Loop.of("unpack_filters", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle ROW_WEIGHTS_FLOATS =
      CpuLibrary.function(
          "row_weights_floats", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG));
  private static final MethodHandle ROW_SCRATCH_FLOATS =
      CpuLibrary.function("row_scratch_floats", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
  private static final MethodHandle PACK_ROWS =
      Loop.of("pack_rows", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle IMAGE_GRADIENT =
      Loop.of("image_gradient", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
  private static final MethodHandle FRAME =
      Loop.of("frame", ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle CONVOLVE =
      Loop.of(
          "convolve",
          ADDRESS,
          ADDRESS,
          JAVA_LONG, // images, window offsets, windows
          ADDRESS,
          JAVA_LONG, // element offsets, elements
          ADDRESS,
          ADDRESS,
          JAVA_LONG, // packed weights, bias, filters
          JAVA_INT,
          ADDRESS); // relu, y
  private static final MethodHandle ADD_WEIGHTS_GRADIENT =
      Loop.of(
          "add_weights_gradient",
          ADDRESS,
          ADDRESS,
          JAVA_LONG, // images, window offsets, windows
          ADDRESS,
          JAVA_LONG, // element offsets, elements
          ADDRESS,
          JAVA_LONG,
          ADDRESS); // dz, filters, packed gradient

  private final Window window;
  private final MemorySegment windowMemory;
  private final int numFilters;
  private final int maxImages;

  /** Sizes of an image as it is read: with its frame, if it has one. */
  private final Window.Size size;

  private final MemorySegment frameSize;
  private final MemorySegment readSize;
  private final boolean framed;

  /** {@code [maxImages, framed image]}; zeros around the images. */
  private final MemorySegment frames;

  /** Where the windows of all images begin, in floats. */
  private final MemorySegment windowOffsets;

  /** Where a window's elements lie, in floats. */
  private final MemorySegment elementOffsets;

  /** {@code [window floats, filters]}, by panel of filters. */
  private final MemorySegment packed;

  private final MemorySegment packedGradient;

  /** {@code [padded filters]}. */
  private final MemorySegment bias;

  /** {@code [filters, window floats and padding]}. */
  private final MemorySegment rowWeights;

  private final MemorySegment rowScratch;

  /**
   * @param arena keeps weights in the order of their use, and scratch memory
   * @param maxImages that are worked on at a time
   */
  public DirectConvolution(Arena arena, Window window, int numFilters, int maxImages) {
    this.window = window;
    this.windowMemory = window.allocate(arena);
    this.numFilters = numFilters;
    this.maxImages = maxImages;
    this.size = window.framed();
    this.frameSize = size.allocate(arena);
    this.readSize = window.read().allocate(arena);
    this.framed = !size.equals(window.input());
    this.frames = Floats.allocate(arena, framed ? (long) maxImages * imageFloats() : 1);
    this.windowOffsets = table(arena, maxImages * window.output().area(), this::windowOffset);
    this.elementOffsets = table(arena, window.floats(), this::elementOffset);
    long paddedFilters = paddedFilters(numFilters);
    this.packed = Floats.allocate(arena, paddedFilters * window.floats());
    this.packedGradient = Floats.allocate(arena, paddedFilters * window.floats());
    this.bias = Floats.allocate(arena, paddedFilters);
    this.rowWeights = Floats.allocate(arena, rowWeightsFloats());
    this.rowScratch = Floats.allocate(arena, rowScratchFloats());
  }

  private static long paddedFilters(int numFilters) {
    try {
      return (long) PADDED_FILTERS.invokeExact((long) numFilters);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  private long rowWeightsFloats() {
    try {
      return (long) ROW_WEIGHTS_FLOATS.invokeExact(windowMemory, (long) numFilters);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  private long rowScratchFloats() {
    try {
      return (long) ROW_SCRATCH_FLOATS.invokeExact(windowMemory);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  private static MemorySegment table(Arena arena, int length, IntUnaryOperator offset) {
    return arena.allocateFrom(JAVA_INT, IntStream.range(0, length).map(offset).toArray());
  }

  private int imageFloats() {
    return size.area() * window.channels();
  }

  private int windowOffset(int index) {
    int area = window.output().area();
    int row = index % area / window.output().width() * window.stride().height();
    int column = index % window.output().width() * window.stride().width();
    return index / area * imageFloats() + pixelOffset(row, column);
  }

  private int elementOffset(int index) {
    int pixel = index / window.channels();
    int row = pixel / window.kernel().width() * window.dilation().height();
    int column = pixel % window.kernel().width() * window.dilation().width();
    return pixelOffset(row, column) + index % window.channels();
  }

  private int pixelOffset(int row, int column) {
    return (row * size.width() + column) * window.channels();
  }

  /**
   * Takes over a step's weights.
   *
   * @param weights {@code [filters, channels, kernel height, kernel width]}
   * @param biases {@code [filters]}; empty: zeros
   */
  public void take(MemorySegment weights, MemorySegment biases) {
    MemorySegment.copy(biases, 0, bias, 0, biases.byteSize());
    Loop.expect(weights, numWeights());
    reorder(PACK, weights, packed);
  }

  /** Weights or their gradient from one order to another. */
  private void reorder(MethodHandle function, MemorySegment from, MemorySegment into) {
    try {
      function.invokeExact(windowMemory, from, (long) numFilters, into);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  private long numWeights() {
    return (long) numFilters * window.floats();
  }

  /**
   * {@code y = windows W + b}, or {@code max(0, that)}.
   *
   * @param images {@code [numImages, height, width, channels]}
   * @param y {@code [numImages * windows, filters]}, written
   */
  public void forward(MemorySegment images, int numImages, boolean relu, MemorySegment y) {
    MemorySegment read = framed(images, numImages);
    long numWindows = (long) numImages * window.output().area();
    Loop.expect(y, numWindows * numFilters);
    try {
      CONVOLVE.invokeExact(
          read,
          windowOffsets,
          numWindows,
          elementOffsets,
          (long) window.floats(),
          packed,
          bias,
          (long) numFilters,
          relu ? 1 : 0,
          y);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * Adds some images' share to the gradient of the weights.
   *
   * @param images as {@link #forward} reads them
   * @param dz {@code [numImages * windows, filters]} and slack: gradient of the products
   * @param first whether the sums begin with these images
   */
  public void addWeightsGradient(
      MemorySegment images, int numImages, MemorySegment dz, boolean first) {
    MemorySegment read = framed(images, numImages);
    if (first) {
      packedGradient.fill((byte) 0);
    }
    long numWindows = (long) numImages * window.output().area();
    Loop.expect(dz, numWindows * numFilters + SLACK_FLOATS);
    try {
      ADD_WEIGHTS_GRADIENT.invokeExact(
          read,
          windowOffsets,
          numWindows,
          elementOffsets,
          (long) window.floats(),
          dz,
          (long) numFilters,
          packedGradient);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * Writes the sums.
   *
   * @param gradient {@code [filters, channels, kernel height, kernel width]}
   */
  public void giveWeightsGradient(MemorySegment gradient) {
    Loop.expect(gradient, numWeights());
    reorder(UNPACK, packedGradient, gradient);
  }

  /**
   * Takes over a step's weights for {@link #imageGradient}.
   *
   * @param weights {@code [filters, channels, kernel height, kernel width]}
   */
  public void takeForImageGradient(MemorySegment weights) {
    Loop.expect(weights, numWeights());
    reorder(PACK_ROWS, weights, rowWeights);
  }

  /**
   * The gradient of the images.
   *
   * @param dz {@code [numImages * windows, filters]}: gradient of the products
   * @param gradient {@code [numImages, height, width, channels]}, written
   */
  public void imageGradient(MemorySegment dz, int numImages, MemorySegment gradient) {
    Loop.expect(dz, (long) numImages * window.output().area() * numFilters);
    Loop.expect(gradient, (long) numImages * window.imageFloats());
    try {
      IMAGE_GRADIENT.invokeExact(
          windowMemory, dz, (long) numImages, rowWeights, (long) numFilters, rowScratch, gradient);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /** The images as windows are read from them. */
  private MemorySegment framed(MemorySegment images, int numImages) {
    if (numImages > maxImages) {
      throw new IllegalArgumentException(numImages + " images, at most " + maxImages);
    }
    Loop.expect(images, (long) numImages * window.imageFloats());
    if (!framed) {
      return images;
    }
    try {
      FRAME.invokeExact(windowMemory, frameSize, readSize, images, (long) numImages, frames);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
    return frames;
  }
}
