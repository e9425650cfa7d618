package gradwire.kernels.cpu;

import static gradwire.kernels.cpu.Lanes.load;
import static gradwire.kernels.cpu.Lanes.store;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Ioffe and Szegedy, "Batch Normalization", 2015, of the columns of a row-major matrix; an image's
 * pixel is a row. {@code y = gamma * (x - mean) / sqrt(variance + epsilon) + beta}. Passes over the
 * matrix are float32 on lanes, what belongs to a column is float64. One thread.
 */
public final class BatchNormalization {
  private final int columns;
  private final long tileBytes;
  private final RowTile first;
  private final RowTile second;
  private final RowTile third;
  private final RowTile fourth;

  /**
   * @param arena keeps the scratch memory
   */
  public BatchNormalization(Arena arena, int columns) {
    this.columns = columns;
    this.tileBytes = (long) columns * Lanes.BYTES;
    this.first = new RowTile(arena, columns);
    this.second = new RowTile(arena, columns);
    this.third = new RowTile(arena, columns);
    this.fourth = new RowTile(arena, columns);
  }

  /**
   * Mean and variance (divided by the number of rows) of every column.
   *
   * @param x {@code [numRows, columns]}
   * @param mean {@code [columns]}, written
   * @param variance {@code [columns]}, written
   */
  public void moments(MemorySegment x, int numRows, double[] mean, double[] variance) {
    MemorySegment sums = first.memory();
    MemorySegment means = second.memory();
    first.clear();
    for (long begin = 0; begin < end(numRows); begin += tileBytes) {
      long whole = wholeBytes(numRows, begin);
      for (long i = 0; i < whole; i += Lanes.BYTES) {
        store(load(sums, i).add(load(x, begin + i)), sums, i);
      }
      for (long i = whole; i < restBytes(numRows, begin); i += Float.BYTES) {
        sums.set(JAVA_FLOAT, i, sums.get(JAVA_FLOAT, i) + x.get(JAVA_FLOAT, begin + i));
      }
    }
    first.sum(mean);
    divide(mean, numRows);
    second.fill(mean);
    first.clear();
    for (long begin = 0; begin < end(numRows); begin += tileBytes) {
      long whole = wholeBytes(numRows, begin);
      for (long i = 0; i < whole; i += Lanes.BYTES) {
        FloatVector distance = load(x, begin + i).sub(load(means, i));
        store(load(sums, i).add(distance.mul(distance)), sums, i);
      }
      for (long i = whole; i < restBytes(numRows, begin); i += Float.BYTES) {
        float distance = x.get(JAVA_FLOAT, begin + i) - means.get(JAVA_FLOAT, i);
        sums.set(JAVA_FLOAT, i, sums.get(JAVA_FLOAT, i) + distance * distance);
      }
    }
    first.sum(variance);
    divide(variance, numRows);
  }

  /**
   * {@code y = (x - mean) * scale + shift}.
   *
   * @param x {@code [numRows, columns]}
   * @param y {@code [numRows, columns]}, written; may be {@code x}
   */
  public void normalize(
      MemorySegment x,
      MemorySegment y,
      int numRows,
      double[] mean,
      double[] scale,
      double[] shift) {
    first.fill(mean);
    second.fill(scale);
    third.fill(shift);
    MemorySegment means = first.memory();
    MemorySegment scales = second.memory();
    MemorySegment shifts = third.memory();
    for (long begin = 0; begin < end(numRows); begin += tileBytes) {
      long whole = wholeBytes(numRows, begin);
      for (long i = 0; i < whole; i += Lanes.BYTES) {
        FloatVector distance = load(x, begin + i).sub(load(means, i));
        store(distance.mul(load(scales, i)).add(load(shifts, i)), y, begin + i);
      }
      for (long i = whole; i < restBytes(numRows, begin); i += Float.BYTES) {
        float distance = x.get(JAVA_FLOAT, begin + i) - means.get(JAVA_FLOAT, i);
        float value = distance * scales.get(JAVA_FLOAT, i) + shifts.get(JAVA_FLOAT, i);
        y.set(JAVA_FLOAT, begin + i, value);
      }
    }
  }

  /**
   * {@code SUM(dy)} and {@code SUM(dy * (x - mean))} of every column.
   *
   * @param sums written
   * @param products written
   */
  public void gradientSums(
      MemorySegment dy,
      MemorySegment x,
      int numRows,
      double[] mean,
      double[] sums,
      double[] products) {
    first.clear();
    second.clear();
    third.fill(mean);
    MemorySegment ofGradients = first.memory();
    MemorySegment ofProducts = second.memory();
    MemorySegment means = third.memory();
    for (long begin = 0; begin < end(numRows); begin += tileBytes) {
      long whole = wholeBytes(numRows, begin);
      for (long i = 0; i < whole; i += Lanes.BYTES) {
        FloatVector gradient = load(dy, begin + i);
        FloatVector distance = load(x, begin + i).sub(load(means, i));
        store(load(ofGradients, i).add(gradient), ofGradients, i);
        store(load(ofProducts, i).add(gradient.mul(distance)), ofProducts, i);
      }
      for (long i = whole; i < restBytes(numRows, begin); i += Float.BYTES) {
        float gradient = dy.get(JAVA_FLOAT, begin + i);
        float distance = x.get(JAVA_FLOAT, begin + i) - means.get(JAVA_FLOAT, i);
        ofGradients.set(JAVA_FLOAT, i, ofGradients.get(JAVA_FLOAT, i) + gradient);
        ofProducts.set(JAVA_FLOAT, i, ofProducts.get(JAVA_FLOAT, i) + gradient * distance);
      }
    }
    first.sum(sums);
    second.sum(products);
  }

  /**
   * {@code dx = dy * scale + (x - mean) * slope + shift}.
   *
   * @param dx written; may be {@code dy}
   */
  public void inputGradient(
      MemorySegment dy, MemorySegment x, MemorySegment dx, int numRows, Coefficients by) {
    first.fill(by.mean());
    second.fill(by.scale());
    third.fill(by.slope());
    fourth.fill(by.shift());
    MemorySegment means = first.memory();
    MemorySegment scales = second.memory();
    MemorySegment slopes = third.memory();
    MemorySegment shifts = fourth.memory();
    for (long begin = 0; begin < end(numRows); begin += tileBytes) {
      long whole = wholeBytes(numRows, begin);
      for (long i = 0; i < whole; i += Lanes.BYTES) {
        FloatVector distance = load(x, begin + i).sub(load(means, i));
        FloatVector own = load(dy, begin + i).mul(load(scales, i));
        FloatVector others = distance.mul(load(slopes, i)).add(load(shifts, i));
        store(own.add(others), dx, begin + i);
      }
      for (long i = whole; i < restBytes(numRows, begin); i += Float.BYTES) {
        float distance = x.get(JAVA_FLOAT, begin + i) - means.get(JAVA_FLOAT, i);
        float own = dy.get(JAVA_FLOAT, begin + i) * scales.get(JAVA_FLOAT, i);
        float others = distance * slopes.get(JAVA_FLOAT, i) + shifts.get(JAVA_FLOAT, i);
        dx.set(JAVA_FLOAT, begin + i, own + others);
      }
    }
  }

  /** Of {@link #inputGradient}, {@code [columns]} each. */
  public record Coefficients(double[] mean, double[] scale, double[] slope, double[] shift) {}

  /** Bytes of the matrix. */
  private long end(int numRows) {
    return (long) numRows * columns * Float.BYTES;
  }

  /** Bytes of the matrix that the tile has to do with, from {@code begin} on. */
  private long restBytes(int numRows, long begin) {
    return Math.min(tileBytes, end(numRows) - begin);
  }

  /** The whole vectors of these. */
  private long wholeBytes(int numRows, long begin) {
    return Lanes.wholeBytes(restBytes(numRows, begin) / Float.BYTES);
  }

  private static void divide(double[] sums, int count) {
    for (int c = 0; c < sums.length; c++) {
      sums[c] /= count;
    }
  }
}
