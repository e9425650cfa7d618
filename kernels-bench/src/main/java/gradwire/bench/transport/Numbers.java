package gradwire.bench.transport;

import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Tensors whose every float is a function of its place: either end can check what arrived. */
final class Numbers {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final int NUM_RANDOM_CHECKS = 1000;
  private static final long SEED = 42;

  private Numbers() {}

  /** In [1, 2), with 23 random bits. */
  static float at(long index) {
    return Float.intBitsToFloat(0x3f800000 | (int) ((index * GOLDEN) >>> 41));
  }

  static void fill(MemorySegment tensor) {
    long length = Floats.length(tensor);
    for (long i = 0; i < length; i++) {
      tensor.setAtIndex(ValueLayout.JAVA_FLOAT, i, at(i));
    }
  }

  /**
   * Looks at the first, the last and some random floats; costs microseconds.
   *
   * @param least what must have been subtracted from each
   * @param most what may have been; both 0 where the floats must be the very same
   * @throws GradwireException if one is not what was sent
   */
  static void check(String where, MemorySegment tensor, float least, float most) {
    long length = Floats.length(tensor);
    check(where, tensor, 0, least, most);
    check(where, tensor, length - 1, least, most);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < NUM_RANDOM_CHECKS; i++) {
      check(where, tensor, random.nextLong(length), least, most);
    }
  }

  private static void check(
      String where, MemorySegment tensor, long index, float least, float most) {
    float got = tensor.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    if (!(got >= at(index) - most && got <= at(index) - least)) {
      throw new GradwireException(
          "%s: float %d of %d: expected %s less %s to %s, got %s; the transport lost or mixed bytes"
              .formatted(where, index, Floats.length(tensor), at(index), least, most, got));
    }
  }
}
