package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** What is done to every element by itself; {@code numFloats} from the segments' beginnings. */
public final class Elementwise {
  private static final MethodHandle ADD = Loop.of("add", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle RELU = Loop.of("relu", ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle RELU_GRADIENT =
      Loop.of("relu_gradient", ADDRESS, ADDRESS, JAVA_LONG);

  private Elementwise() {}

  /** {@code y = max(0, z)}; may be the same memory. */
  public static void relu(MemorySegment z, MemorySegment y, long numFloats) {
    Loop.expect(z, numFloats);
    Loop.expect(y, numFloats);
    try {
      RELU.invokeExact(z, y, numFloats);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /** {@code gradient} becomes 0 where {@code activations} aren't above 0: ReLU's slope. */
  public static void zeroWhereInactive(
      MemorySegment gradient, MemorySegment activations, long numFloats) {
    Loop.expect(gradient, numFloats);
    Loop.expect(activations, numFloats);
    try {
      RELU_GRADIENT.invokeExact(gradient, activations, numFloats);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /** {@code into = a + b}; any two may be the same. */
  public static void add(MemorySegment a, MemorySegment b, MemorySegment into, long numFloats) {
    Loop.expect(a, numFloats);
    Loop.expect(b, numFloats);
    Loop.expect(into, numFloats);
    try {
      ADD.invokeExact(a, b, into, numFloats);
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /** A copy. */
  public static void copy(MemorySegment from, MemorySegment into, long numFloats) {
    MemorySegment.copy(from, 0, into, 0, numFloats * Float.BYTES);
  }
}
