package gradwire.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Off-heap float32 memory, as many elements at a time as the processor has lanes. Offsets are in
 * bytes and need no alignment.
 */
final class Lanes {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Elements in a vector. */
  static final int COUNT = SPECIES.length();

  /** Bytes in a vector. */
  static final int BYTES = COUNT * Float.BYTES;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Lanes() {}

  /** How many of {@code numFloats} whole vectors hold, in bytes. */
  static long wholeBytes(long numFloats) {
    return numFloats / COUNT * BYTES;
  }

  /** The lanes of what is left of {@code numFloats} after whole vectors. */
  static VectorMask<Float> rest(long numFloats) {
    return SPECIES.indexInRange(0, numFloats % COUNT);
  }

  static FloatVector load(MemorySegment from, long offsetBytes) {
    return FloatVector.fromMemorySegment(SPECIES, from, offsetBytes, ORDER);
  }

  /** Zeros where {@code lanes} isn't set; memory there is not touched. */
  static FloatVector load(MemorySegment from, long offsetBytes, VectorMask<Float> lanes) {
    return FloatVector.fromMemorySegment(SPECIES, from, offsetBytes, ORDER, lanes);
  }

  static void store(FloatVector vector, MemorySegment into, long offsetBytes) {
    vector.intoMemorySegment(into, offsetBytes, ORDER);
  }

  /** Memory where {@code lanes} isn't set keeps its values. */
  static void store(
      FloatVector vector, MemorySegment into, long offsetBytes, VectorMask<Float> lanes) {
    vector.intoMemorySegment(into, offsetBytes, ORDER, lanes);
  }

  /** {@code value} where {@code by} is above 0, else 0. */
  static FloatVector whereAboveZero(FloatVector value, FloatVector by) {
    return FloatVector.zero(SPECIES).blend(value, by.compare(VectorOperators.GT, 0f));
  }
}
