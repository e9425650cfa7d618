package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Which elements are kept. Element {@code i} is, where {@code hash(hash(i * 0x9e3779b1 + low) ^
 * high) >>> 8} is less than {@code kept * 2^24}: {@code low} and {@code high} are the key's halves,
 * and {@code hash} is Wellons's lowbias32, a bijection of 32 bits. So nothing needs to be kept for
 * the way back. Immutable.
 */
public final class DropoutMask {
  private static final MethodHandle APPLY =
      Loop.of("dropout", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_FLOAT);
  private static final int NUM_DRAWS = 1 << 24;

  private final int threshold;
  private final float scale;

  /**
   * @param kept probability, in (0, 1]
   */
  public DropoutMask(double kept) {
    if (!(kept > 0 && kept <= 1)) {
      throw new IllegalArgumentException("expected a probability in (0, 1], got " + kept);
    }
    this.threshold = (int) Math.round(kept * NUM_DRAWS);
    this.scale = (float) (1 / kept);
  }

  /** {@code into = from / kept} where it is kept, else 0; may be the same memory. */
  public void apply(long key, MemorySegment from, MemorySegment into, long numFloats) {
    Loop.expect(from, numFloats);
    Loop.expect(into, numFloats);
    try {
      APPLY.invokeExact(
          from, into, numFloats, (int) key, (int) (key >>> Integer.SIZE), threshold, scale);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }
}
