package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A bias that is added to every row of a matrix, its activation where that is ReLU, and its
 * gradient.
 */
public final class RowBias {
  private static final MethodHandle ADD =
      Loop.of("add_bias", ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT);
  private static final MethodHandle SUM =
      Loop.of("sum_rows", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS);

  private RowBias() {}

  /**
   * {@code row = row + bias}, or {@code max(0, row + bias)} with {@code relu}.
   *
   * @param rows {@code [rows, columns]}
   * @param bias {@code [columns]}
   */
  public static void add(Matrix rows, MemorySegment bias, boolean relu) {
    Loop.expect(bias, rows.columns());
    try {
      ADD.invokeExact(
          rows.withoutGaps().memory(),
          (long) rows.rows(),
          (long) rows.columns(),
          bias,
          relu ? 1 : 0);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * {@code sums = SUM over rows}, or {@code sums + SUM over rows}: 64 rows at a time in float32,
   * these sums in float64.
   *
   * @param rows {@code [rows, columns]}
   * @param adds whether to keep what is there
   * @param sums {@code [columns]}
   */
  public static void sumRows(Matrix rows, boolean adds, MemorySegment sums) {
    Loop.expect(sums, rows.columns());
    try {
      SUM.invokeExact(
          rows.withoutGaps().memory(),
          (long) rows.rows(),
          (long) rows.columns(),
          adds ? 1 : 0,
          sums);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }
}
