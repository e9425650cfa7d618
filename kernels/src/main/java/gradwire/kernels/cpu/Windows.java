package gradwire.kernels.cpu;

import static gradwire.kernels.cpu.Lanes.load;
import static gradwire.kernels.cpu.Lanes.store;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Lays the windows under a kernel out as the rows of a matrix, and adds such rows up to images
 * again: what makes a convolution of a matrix product. One thread.
 *
 * <p>A row is {@code [kernel height, kernel width, channels]}; rows go by image, then window row,
 * then window column. Pixels outside of the image are zeros.
 */
public final class Windows {
  /** Floats that must be readable and writable beyond the end of images and rows. */
  public static final int SLACK_FLOATS = 64;

  private final Window window;
  private final int[] firstColumns;
  private final int[] endColumns;

  /** By row of the image: where windows hold it, as offsets in their rows, in floats. */
  private final int[][] rowUses;

  /** By column of the image: the same; an element lies at the sum of both and its channel. */
  private final int[][] columnUses;

  private final VectorMask<Float> rest;

  public Windows(Window window) {
    this.window = window;
    int outWidth = window.output().width();
    firstColumns = new int[outWidth];
    endColumns = new int[outWidth];
    for (int column = 0; column < outWidth; column++) {
      endColumns[column] = window.endColumn(column);
      firstColumns[column] = Math.min(window.firstColumn(column), endColumns[column]);
    }
    rowUses = new int[window.input().height()][];
    columnUses = new int[window.input().width()][];
    for (int row = 0; row < rowUses.length; row++) {
      rowUses[row] = rowUses(row);
    }
    for (int column = 0; column < columnUses.length; column++) {
      columnUses[column] = columnUses(column);
    }
    rest = Lanes.rest(window.channels());
  }

  /**
   * Writes the rows of {@code numImages} images.
   *
   * @param images {@code [numImages, height, width, channels]} and slack
   * @param rows {@code [numImages * windows, window floats]} and slack, which is overwritten
   */
  public void gather(MemorySegment images, int numImages, MemorySegment rows) {
    long imageBytes = (long) window.imageFloats() * Float.BYTES;
    long to = 0;
    for (int n = 0; n < numImages; n++) {
      for (int row = 0; row < window.output().height(); row++) {
        for (int column = 0; column < window.output().width(); column++) {
          to = gatherWindow(images, n * imageBytes, row, column, rows, to);
        }
      }
    }
  }

  private long gatherWindow(
      MemorySegment images, long image, int outRow, int outColumn, MemorySegment rows, long to) {
    long pixelBytes = (long) window.channels() * Float.BYTES;
    long lineBytes = window.kernel().width() * pixelBytes;
    int first = firstColumns[outColumn];
    int end = endColumns[outColumn];
    long next = to;
    for (int k = 0; k < window.kernel().height(); k++) {
      int row = window.row(outRow, k);
      if (row < 0 || row >= window.input().height() || first == end) {
        zero(rows, next, lineBytes);
        next += lineBytes;
        continue;
      }
      long line = image + (long) row * window.input().width() * pixelBytes;
      zero(rows, next, first * pixelBytes);
      next += first * pixelBytes;
      if (window.dilation().width() == 1) {
        long from = line + window.column(outColumn, first) * pixelBytes;
        copy(images, from, rows, next, (end - first) * pixelBytes);
        next += (end - first) * pixelBytes;
      } else {
        for (int j = first; j < end; j++) {
          copy(images, line + window.column(outColumn, j) * pixelBytes, rows, next, pixelBytes);
          next += pixelBytes;
        }
      }
      zero(rows, next, (window.kernel().width() - end) * pixelBytes);
      next += (window.kernel().width() - end) * pixelBytes;
    }
    return next;
  }

  /** Up to a vector more than asked for. */
  private static void copy(
      MemorySegment from, long at, MemorySegment into, long to, long numBytes) {
    for (long i = 0; i < numBytes; i += Lanes.BYTES) {
      store(load(from, at + i), into, to + i);
    }
  }

  /** Up to a vector more than asked for. */
  private static void zero(MemorySegment into, long to, long numBytes) {
    for (long i = 0; i < numBytes; i += Lanes.BYTES) {
      store(FloatVector.zero(Lanes.SPECIES), into, to + i);
    }
  }

  /**
   * The other way round: every pixel becomes the sum of what the rows hold for it, in the order of
   * the kernel's rows, then its columns.
   *
   * @param rows {@code [numImages * windows, window floats]}
   * @param images {@code [numImages, height, width, channels]}, written
   */
  public void scatter(MemorySegment rows, int numImages, MemorySegment images) {
    long imageRowsBytes = (long) window.output().area() * window.floats() * Float.BYTES;
    long to = 0;
    for (int n = 0; n < numImages; n++) {
      for (int[] rowUse : rowUses) {
        for (int[] columnUse : columnUses) {
          sumPixel(rows, n * imageRowsBytes, rowUse, columnUse, images, to);
          to += (long) window.channels() * Float.BYTES;
        }
      }
    }
  }

  private void sumPixel(
      MemorySegment rows,
      long first,
      int[] rowUse,
      int[] columnUse,
      MemorySegment images,
      long to) {
    long whole = Lanes.wholeBytes(window.channels());
    for (long c = 0; c < whole; c += Lanes.BYTES) {
      FloatVector sum = FloatVector.zero(Lanes.SPECIES);
      for (int r : rowUse) {
        for (int s : columnUse) {
          sum = sum.add(load(rows, first + (r + s) * 4L + c));
        }
      }
      store(sum, images, to + c);
    }
    if (whole < (long) window.channels() * Float.BYTES) {
      FloatVector sum = FloatVector.zero(Lanes.SPECIES);
      for (int r : rowUse) {
        for (int s : columnUse) {
          sum = sum.add(load(rows, first + (r + s) * 4L + whole, rest));
        }
      }
      store(sum, images, to + whole, rest);
    }
  }

  /** Offsets, in floats, of what an image's row gets, in the rows of its windows. */
  private int[] rowUses(int imageRow) {
    List<Integer> uses = new ArrayList<>();
    for (int k = 0; k < window.kernel().height(); k++) {
      for (int out = 0; out < window.output().height(); out++) {
        if (window.row(out, k) == imageRow) {
          uses.add(
              out * window.output().width() * window.floats()
                  + k * window.kernel().width() * window.channels());
        }
      }
    }
    return uses.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The same for a column. */
  private int[] columnUses(int imageColumn) {
    List<Integer> uses = new ArrayList<>();
    for (int k = 0; k < window.kernel().width(); k++) {
      for (int out = 0; out < window.output().width(); out++) {
        if (window.column(out, k) == imageColumn) {
          uses.add(out * window.floats() + k * window.channels());
        }
      }
    }
    return uses.stream().mapToInt(Integer::intValue).toArray();
  }
}
