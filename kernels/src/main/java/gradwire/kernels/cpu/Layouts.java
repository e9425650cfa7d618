package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Other orders of the same elements. */
public final class Layouts {
  private static final MethodHandle TRANSPOSE =
      Loop.of("transpose", ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);

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
}
