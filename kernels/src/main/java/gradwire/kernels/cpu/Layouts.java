package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Other orders of the same elements. */
public final class Layouts {
  private static final MethodHandle TRANSPOSE =
      Loop.of("transpose", ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle COPY_ROWS =
      Loop.of("copy_rows", ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private Layouts() {}

  /**
   * {@code into[n, j, i] = from[n, i, j]}: of images, channels first to channels last or the other
   * way round.
   *
   * @param from {@code [count, rows, columns]}
   * @param into {@code [count, columns, rows]}
   */
  public static void transpose(
      MemorySegment from, MemorySegment into, int count, int rows, int columns) {
    long numFloats = (long) count * rows * columns;
    if (rows == 1 || columns == 1) {
      Elementwise.copy(from, into, numFloats);
      return;
    }
    Loop.expect(from, numFloats);
    Loop.expect(into, numFloats);
    try {
      TRANSPOSE.invokeExact(from, into, (long) count, (long) rows, (long) columns);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * A copy, as both lie.
   *
   * @throws IllegalArgumentException if one has other rows or columns
   */
  public static void copyRows(Matrix from, Matrix into) {
    if (from.rows() != into.rows() || from.columns() != into.columns()) {
      throw new IllegalArgumentException(from + " into " + into);
    }
    try {
      COPY_ROWS.invokeExact(
          from.memory(),
          (long) from.stride(),
          into.memory(),
          (long) into.stride(),
          (long) from.rows(),
          (long) from.columns());
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }
}
