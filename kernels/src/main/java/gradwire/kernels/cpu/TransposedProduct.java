package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/**
 * The product of two matrices with the same few rows, the first one transposed: a dense layer's
 * weights' gradient.
 */
public final class TransposedProduct {
  /** Rows whose vectors stay in the first-level cache; OpenBLAS's way is the better one beyond. */
  private static final int MOST_ROWS = 256;

  private static final MethodHandle MULTIPLY =
      Loop.of("transposed_product", ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS);

  private TransposedProduct() {}

  /**
   * {@code c[i, j] = SUM over rows of a[row, i] * b[row, j]}: by fused multiply-adds in the order
   * of rows, or, where there are many, as OpenBLAS adds.
   *
   * @throws IllegalArgumentException if the shapes don't fit
   */
  public static void multiply(Matrix a, Matrix b, Matrix c) {
    if (a.height() > MOST_ROWS) {
      OpenBlas.get().multiply(a.transpose(), b, c);
      return;
    }
    if (a.transposed()
        || b.transposed()
        || c.transposed()
        || a.rows() != b.rows()
        || c.rows() != a.columns()
        || c.columns() != b.columns()) {
      throw new IllegalArgumentException(a + " transposed, by " + b + " into " + c);
    }
    try {
      MULTIPLY.invokeExact(
          a.withoutGaps().memory(),
          (long) a.columns(),
          b.withoutGaps().memory(),
          (long) b.columns(),
          (long) a.rows(),
          c.withoutGaps().memory());
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }
}
