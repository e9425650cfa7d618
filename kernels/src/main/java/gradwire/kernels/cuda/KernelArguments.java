package gradwire.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * What a kernel is called with: values in the order of its parameters, each of the type that the
 * kernel has there (nobody checks). Lives in the arena that it was made in. One thread.
 */
public final class KernelArguments {
  private static final int MAX_ARGUMENTS = 16;

  private final Arena arena;
  private final MemorySegment values;
  private final MemorySegment places;
  private int count;

  public KernelArguments(Arena arena) {
    this.arena = arena;
    values = arena.allocate(JAVA_LONG, MAX_ARGUMENTS);
    places = arena.allocate(JAVA_LONG, MAX_ARGUMENTS);
  }

  /** A pointer to device memory. */
  public KernelArguments pointer(DeviceRange range) {
    return int64(range.address());
  }

  /** A pointer to device memory, or null. */
  public KernelArguments pointer(Optional<DeviceRange> range) {
    return range.isPresent() ? pointer(range.get()) : nothing();
  }

  /** A pointer that is null. */
  public KernelArguments nothing() {
    return int64(0);
  }

  /** A {@code long long}. */
  public KernelArguments int64(long value) {
    values.setAtIndex(JAVA_LONG, count, value);
    return placed(values.address() + (long) count * Long.BYTES);
  }

  /** An {@code int}. */
  public KernelArguments int32(int value) {
    values.set(JAVA_INT, (long) count * Long.BYTES, value);
    return placed(values.address() + (long) count * Long.BYTES);
  }

  /** A {@code float}. */
  public KernelArguments float32(float value) {
    values.set(JAVA_FLOAT, (long) count * Long.BYTES, value);
    return placed(values.address() + (long) count * Long.BYTES);
  }

  /** A {@code double}. */
  public KernelArguments float64(double value) {
    return int64(Double.doubleToRawLongBits(value));
  }

  /** A struct that is an array of {@code capacity} pointers, the rest of them null. */
  public KernelArguments pointers(Iterable<DeviceRange> ranges, int capacity) {
    MemorySegment array = arena.allocate(JAVA_LONG, capacity);
    int at = 0;
    for (DeviceRange range : ranges) {
      array.setAtIndex(JAVA_LONG, at++, range.address());
    }
    return placed(array.address());
  }

  /** A struct that is an array of ints. */
  public KernelArguments int32s(int[] elements) {
    return placed(arena.allocateFrom(JAVA_INT, elements).address());
  }

  private KernelArguments placed(long address) {
    places.setAtIndex(JAVA_LONG, count++, address);
    return this;
  }

  /** Where the driver finds them. */
  long address() {
    return places.address();
  }
}
