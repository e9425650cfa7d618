package gradwire.tensor;

import gradwire.error.GradwireException;
import java.util.List;

/**
 * One named float32 tensor. Immutable.
 *
 * @param name unique in its model, e.g. {@code hid_w}
 * @param shape axis lengths, each at least 1; empty for a scalar
 * @param order how elements lie in the flat vector
 * @param kind what the optimizer does with it
 */
public record TensorSpec(String name, List<Long> shape, Order order, TensorKind kind) {
  /** Far beyond any memory, and far from where sums of lengths overflow. */
  private static final long MAX_FLOATS = 1L << 48;

  /** Order of elements in memory. */
  public enum Order {
    /** Last axis fastest, as in C and NumPy. */
    ROW_MAJOR,
    /** First axis fastest, as in Fortran; DL4J's dense weights. */
    COLUMN_MAJOR
  }

  public TensorSpec {
    shape = List.copyOf(shape);
    long numFloats = 1;
    for (long axis : shape) {
      if (axis < 1 || axis > MAX_FLOATS / numFloats) {
        throw new GradwireException(
            "tensor "
                + name
                + ": expected axis lengths of at least 1, in all at most "
                + MAX_FLOATS
                + " floats, got "
                + shape);
      }
      numFloats *= axis;
    }
  }

  /** A row-major weight. */
  public static TensorSpec weight(String name, long... shape) {
    return new TensorSpec(name, boxed(shape), Order.ROW_MAJOR, TensorKind.WEIGHT);
  }

  /** A row-major bias. */
  public static TensorSpec bias(String name, long... shape) {
    return new TensorSpec(name, boxed(shape), Order.ROW_MAJOR, TensorKind.BIAS);
  }

  /** Number of elements. */
  public long numFloats() {
    long n = 1;
    for (long axis : shape) {
      n *= axis;
    }
    return n;
  }

  private static List<Long> boxed(long[] shape) {
    return java.util.Arrays.stream(shape).boxed().toList();
  }
}
