package gradwire.kernels.cpu;

import static gradwire.kernels.cpu.Lanes.load;
import static gradwire.kernels.cpu.Lanes.store;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.kernels.cpu.FilterPanels.Panel;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;
import jdk.incubator.vector.VectorMask;

/**
 * A convolution, and its weights' gradient, that read windows where they lie in the images. One
 * thread.
 *
 * <p>Windows and the kernel's elements are tables of offsets into an image, so that any stride and
 * dilation is the same loop; where windows reach beyond the image, it is copied into a frame of
 * zeros first.
 */
public final class DirectConvolution {
  private final Window window;
  private final int numFilters;
  private final int maxImages;
  private final FilterPanels panels;

  /** Bytes of an image as it is read: with its frame, if it has one. */
  private final int imageBytes;

  /** Bytes of one of its rows. */
  private final int rowBytes;

  private final boolean framed;

  /** {@code [maxImages, framed image]} and slack; zeros around the images. */
  private final MemorySegment frames;

  /** Where the windows of all images begin, and a few more. */
  private final int[] windowOffsets;

  /** Where a window's elements lie, and a few more. */
  private final int[] elementOffsets;

  /** By panel {@code [window floats, panel's filters]}. */
  private final MemorySegment packed;

  /** {@code [window floats and a few more, padded filters]}. */
  private final MemorySegment packedGradient;

  private final MemorySegment tile;

  /** {@code [padded filters]}. */
  private final MemorySegment bias;

  private final VectorMask<Float> rest;

  /**
   * @param arena keeps weights in the order of their use, and scratch memory
   * @param maxImages that are worked on at a time
   */
  public DirectConvolution(Arena arena, Window window, int numFilters, int maxImages) {
    this.window = window;
    this.numFilters = numFilters;
    this.maxImages = maxImages;
    this.panels = FilterPanels.of(numFilters);
    Window.Size size = window.framed();
    this.framed = !size.equals(window.input());
    this.rowBytes = size.width() * window.channels() * Float.BYTES;
    this.imageBytes = size.height() * rowBytes;
    this.frames =
        Floats.allocate(
            arena, framed ? (long) maxImages * imageBytes / Float.BYTES + Lanes.COUNT : 1);
    this.windowOffsets =
        padded(IntStream.range(0, maxImages * window.output().area()).map(this::windowOffset));
    this.elementOffsets = padded(IntStream.range(0, window.floats()).map(this::elementOffset));
    long paddedFilters = panels.paddedFilters();
    this.packed = Floats.allocate(arena, paddedFilters * window.floats());
    this.packedGradient = Floats.allocate(arena, paddedFilters * elementOffsets.length);
    this.tile = Floats.allocate(arena, 12L * Lanes.COUNT);
    this.bias = Floats.allocate(arena, paddedFilters);
    this.rest = Lanes.rest(numFilters);
  }

  /** Whole tiles of either kind; what is too much repeats the last. */
  private static int[] padded(IntStream offsets) {
    int[] exact = offsets.toArray();
    int length = Math.ceilDiv(exact.length, LaneProduct.ROWS_OF_ALL) * LaneProduct.ROWS_OF_ALL;
    int[] padded = Arrays.copyOf(exact, length);
    Arrays.fill(padded, exact.length, length, exact[exact.length - 1]);
    return padded;
  }

  private int windowOffset(int index) {
    int area = window.output().area();
    int row = index % area / window.output().width();
    int column = index % window.output().width();
    return index / area * imageBytes
        + row * window.stride().height() * rowBytes
        + column * window.stride().width() * window.channels() * Float.BYTES;
  }

  private int elementOffset(int index) {
    int pixel = index / window.channels();
    int channel = index % window.channels();
    return pixel / window.kernel().width() * window.dilation().height() * rowBytes
        + (pixel % window.kernel().width() * window.dilation().width() * window.channels()
                + channel)
            * Float.BYTES;
  }

  /**
   * Takes over a step's weights.
   *
   * @param weights {@code [filters, channels, kernel height, kernel width]}
   * @param biases {@code [filters]}; empty: zeros
   */
  public void take(MemorySegment weights, MemorySegment biases) {
    MemorySegment.copy(biases, 0, bias, 0, biases.byteSize());
    for (Panel panel : panels.panels()) {
      long to = (long) panel.first() * window.floats();
      int filters = Math.min(panel.numFilters(), numFilters - panel.first());
      for (int f = 0; f < filters; f++) {
        takeFilter(weights, panel.first() + f, to + f, panel.numFilters());
      }
    }
  }

  private void takeFilter(MemorySegment weights, int filter, long to, int stride) {
    int area = window.kernel().area();
    long from = (long) filter * window.floats();
    for (int channel = 0; channel < window.channels(); channel++) {
      for (int k = 0; k < area; k++) {
        float weight = weights.getAtIndex(JAVA_FLOAT, from);
        packed.setAtIndex(
            JAVA_FLOAT, to + ((long) k * window.channels() + channel) * stride, weight);
        from++;
      }
    }
  }

  /**
   * {@code y = windows W + b}, or {@code max(0, that)}.
   *
   * @param images {@code [numImages, height, width, channels]} and slack
   * @param y {@code [numImages * windows, filters]}, written
   */
  public void forward(MemorySegment images, int numImages, boolean relu, MemorySegment y) {
    long a = framed(images, numImages);
    int numWindows = numImages * window.output().area();
    for (Panel panel : panels.panels()) {
      long b = packed.address() + (long) panel.first() * window.floats() * Float.BYTES;
      LaneProduct.Operands operands =
          new LaneProduct.Operands(
              a, windowOffsets, elementOffsets, b, (long) panel.numFilters() * Float.BYTES);
      LaneProduct.Finish finish = finish(panel, relu);
      long rowBytes = (long) numFilters * Float.BYTES;
      long tileRowBytes = (long) panel.numFilters() * Float.BYTES;
      long to = y.address() + (long) panel.first() * Float.BYTES;
      for (int row = 0; row < numWindows; row += panel.numRows()) {
        multiply(operands, panel, row, window.floats());
        long from = tile.address();
        int end = Math.min(row + panel.numRows(), numWindows);
        for (int r = row; r < end; r++) {
          LaneProduct.finish(finish, from, panel.numVectors(), to);
          from += tileRowBytes;
          to += rowBytes;
        }
      }
    }
  }

  private LaneProduct.Finish finish(Panel panel, boolean relu) {
    int filters = Math.min(panel.numFilters(), numFilters - panel.first());
    return new LaneProduct.Finish(
        bias.address() + (long) panel.first() * Float.BYTES, filters / Lanes.COUNT, rest, relu);
  }

  private void multiply(LaneProduct.Operands operands, Panel panel, int row, int numSteps) {
    if (panel.numVectors() == 3) {
      LaneProduct.three(operands, row, numSteps, tile.address());
    } else {
      LaneProduct.two(operands, row, numSteps, tile.address());
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
    long a = framed(images, numImages);
    if (first) {
      packedGradient.fill((byte) 0);
    }
    int numWindows = numImages * window.output().area();
    for (Panel panel : panels.panels()) {
      LaneProduct.Operands operands =
          new LaneProduct.Operands(
              a,
              elementOffsets,
              windowOffsets,
              dz.address() + (long) panel.first() * Float.BYTES,
              (long) numFilters * Float.BYTES);
      for (int row = 0; row < window.floats(); row += panel.numRows()) {
        multiply(operands, panel, row, numWindows);
        addTile(panel, row);
      }
    }
  }

  private void addTile(Panel panel, int row) {
    long from = 0;
    for (int r = 0; r < panel.numRows(); r++) {
      long to = ((long) (row + r) * panels.paddedFilters() + panel.first()) * Float.BYTES;
      for (int v = 0; v < panel.numVectors(); v++) {
        store(load(packedGradient, to).add(load(tile, from)), packedGradient, to);
        from += Lanes.BYTES;
        to += Lanes.BYTES;
      }
    }
  }

  /**
   * Writes the sums.
   *
   * @param gradient {@code [filters, channels, kernel height, kernel width]}
   */
  public void giveWeightsGradient(MemorySegment gradient) {
    int area = window.kernel().area();
    long to = 0;
    for (int filter = 0; filter < numFilters; filter++) {
      for (int channel = 0; channel < window.channels(); channel++) {
        for (int k = 0; k < area; k++) {
          long element = (long) k * window.channels() + channel;
          float sum =
              packedGradient.getAtIndex(JAVA_FLOAT, element * panels.paddedFilters() + filter);
          gradient.setAtIndex(JAVA_FLOAT, to, sum);
          to++;
        }
      }
    }
  }

  /** The address of the images as windows are read from them. */
  private long framed(MemorySegment images, int numImages) {
    if (numImages > maxImages) {
      throw new IllegalArgumentException(numImages + " images, at most " + maxImages);
    }
    if (!framed) {
      return images.address();
    }
    Window.Size read = window.read();
    long lineBytes = (long) window.input().width() * window.channels() * Float.BYTES;
    long copiedBytes = (long) read.width() * window.channels() * Float.BYTES;
    long inset =
        (long) window.padding().height() * rowBytes
            + (long) window.padding().width() * window.channels() * Float.BYTES;
    for (int n = 0; n < numImages; n++) {
      for (int row = 0; row < read.height(); row++) {
        long from = ((long) n * window.input().height() + row) * lineBytes;
        long to = (long) n * imageBytes + inset + (long) row * rowBytes;
        MemorySegment.copy(images, from, frames, to, copiedBytes);
      }
    }
    return frames.address();
  }
}
