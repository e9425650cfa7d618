package gradwire.kernels.cpu;

import static gradwire.kernels.cpu.Lanes.load;
import static gradwire.kernels.cpu.Lanes.store;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** What is done to every element by itself; {@code numFloats} from the segments' beginnings. */
public final class Elementwise {
  private Elementwise() {}

  /** {@code gradient} becomes 0 where {@code activations} aren't above 0: ReLU's slope. */
  public static void zeroWhereInactive(
      MemorySegment gradient, MemorySegment activations, long numFloats) {
    long whole = Lanes.wholeBytes(numFloats);
    for (long i = 0; i < whole; i += Lanes.BYTES) {
      store(Lanes.whereAboveZero(load(gradient, i), load(activations, i)), gradient, i);
    }
    for (long i = whole; i < numFloats * Float.BYTES; i += Float.BYTES) {
      if (!(activations.get(JAVA_FLOAT, i) > 0)) {
        gradient.set(JAVA_FLOAT, i, 0);
      }
    }
  }

  /** {@code into = a + b}; any two may be the same. */
  public static void add(MemorySegment a, MemorySegment b, MemorySegment into, long numFloats) {
    long whole = Lanes.wholeBytes(numFloats);
    for (long i = 0; i < whole; i += Lanes.BYTES) {
      store(load(a, i).add(load(b, i)), into, i);
    }
    for (long i = whole; i < numFloats * Float.BYTES; i += Float.BYTES) {
      into.set(JAVA_FLOAT, i, a.get(JAVA_FLOAT, i) + b.get(JAVA_FLOAT, i));
    }
  }

  /** A copy. */
  public static void copy(MemorySegment from, MemorySegment into, long numFloats) {
    MemorySegment.copy(from, 0, into, 0, numFloats * Float.BYTES);
  }
}
