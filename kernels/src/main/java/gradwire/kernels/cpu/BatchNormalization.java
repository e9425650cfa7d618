package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Ioffe and Szegedy, "Batch Normalization", 2015, of the columns of a row-major matrix; an image's
 * pixel is a row. {@code y = gamma * (x - mean) / sqrt(variance + epsilon) + beta}. Passes over the
 * matrix are float32, 64 rows' sums at a time; what belongs to a column is float64 ({@link
 * Columns}).
 */
public final class BatchNormalization {
  private static final MethodHandle MOMENTS =
      Loop.of("moments", ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
  private static final MethodHandle NORMALIZE =
      Loop.of("normalize", ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle GRADIENT_SUMS =
      Loop.of("gradient_sums", ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle INPUT_GRADIENT =
      Loop.of(
          "input_gradient",
          ADDRESS,
          ADDRESS,
          ADDRESS,
          JAVA_LONG,
          JAVA_LONG,
          ADDRESS,
          ADDRESS,
          ADDRESS,
          ADDRESS);

  private final long columns;

  public BatchNormalization(int columns) {
    this.columns = columns;
  }

  /**
   * Mean and variance (divided by the number of rows) of every column.
   *
   * @param x {@code [numRows, columns]}
   * @param mean written
   * @param variance written
   */
  public void moments(MemorySegment x, int numRows, Columns mean, Columns variance) {
    Loop.expect(x, numRows * columns);
    try {
      MOMENTS.invokeExact(x, (long) numRows, columns, mean.memory(), variance.memory());
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * {@code y = (x - mean) * scale + shift}.
   *
   * @param x {@code [numRows, columns]}
   * @param y {@code [numRows, columns]}, written; may be {@code x}
   */
  public void normalize(
      MemorySegment x, MemorySegment y, int numRows, Columns mean, Columns scale, Columns shift) {
    Loop.expect(x, numRows * columns);
    Loop.expect(y, numRows * columns);
    try {
      NORMALIZE.invokeExact(
          x, y, (long) numRows, columns, mean.memory(), scale.memory(), shift.memory());
    } catch (Throwable e) {
      throw Loop.failed(e);
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
      Columns mean,
      Columns sums,
      Columns products) {
    Loop.expect(dy, numRows * columns);
    Loop.expect(x, numRows * columns);
    try {
      GRADIENT_SUMS.invokeExact(
          dy, x, (long) numRows, columns, mean.memory(), sums.memory(), products.memory());
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * {@code dx = dy * scale + (x - mean) * slope + shift}.
   *
   * @param dx written; may be {@code dy}
   */
  public void inputGradient(
      MemorySegment dy, MemorySegment x, MemorySegment dx, int numRows, Coefficients by) {
    Loop.expect(dy, numRows * columns);
    Loop.expect(x, numRows * columns);
    Loop.expect(dx, numRows * columns);
    try {
      INPUT_GRADIENT.invokeExact(
          dy,
          x,
          dx,
          (long) numRows,
          columns,
          by.mean().memory(),
          by.scale().memory(),
          by.slope().memory(),
          by.shift().memory());
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /** Of {@link #inputGradient}. */
  public record Coefficients(Columns mean, Columns scale, Columns slope, Columns shift) {}
}
