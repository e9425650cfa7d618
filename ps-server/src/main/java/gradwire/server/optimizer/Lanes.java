package gradwire.server.optimizer;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Off-heap float32 memory, read and written as many elements at a time as the processor has lanes.
 * Loads only where {@link LaneSupport#isHere}. Offsets are in bytes and need no alignment.
 */
public final class Lanes {
  /** Elements in a vector. */
  public static final int COUNT = FloatVector.SPECIES_PREFERRED.length();

  /** Bytes in a vector. */
  public static final int BYTES = COUNT * Float.BYTES;

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Lanes() {}

  /** Whole vectors that {@code numFloats} make up, in bytes. */
  public static int wholeBytes(int numFloats) {
    return SPECIES.loopBound(numFloats) * Float.BYTES;
  }

  public static FloatVector load(MemorySegment from, long offsetBytes) {
    return FloatVector.fromMemorySegment(SPECIES, from, offsetBytes, ORDER);
  }

  public static void store(FloatVector lanes, MemorySegment into, long offsetBytes) {
    lanes.intoMemorySegment(into, offsetBytes, ORDER);
  }
}
