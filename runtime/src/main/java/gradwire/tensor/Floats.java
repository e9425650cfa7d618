package gradwire.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Off-heap float32 memory. */
public final class Floats {
  /** A cache line: what every vector starts on, so that bits don't depend on luck of placement. */
  private static final long ALIGNMENT_BYTES = 64;

  private static final boolean HAS_LARGE_PAGES = "Linux".equals(System.getProperty("os.name"));

  private Floats() {}

  /** {@code numFloats} zeros, owned by {@code arena}; in large pages where that pays. */
  public static MemorySegment allocate(Arena arena, long numFloats) {
    long numBytes = numFloats * Float.BYTES;
    return HAS_LARGE_PAGES && numBytes >= 2 * LargePages.PAGE_BYTES
        ? LargePages.allocate(arena, numBytes).orElseGet(() -> small(arena, numFloats))
        : small(arena, numFloats);
  }

  private static MemorySegment small(Arena arena, long numFloats) {
    return arena
        .allocate(Math.max(1, numFloats) * Float.BYTES, ALIGNMENT_BYTES)
        .asSlice(0, numFloats * Float.BYTES);
  }

  /** Number of floats that {@code segment} holds. */
  public static long length(MemorySegment segment) {
    return segment.byteSize() / Float.BYTES;
  }

  /** The range {@code [offset, offset + numFloats)}, in floats; no copy. */
  public static MemorySegment slice(MemorySegment segment, long offset, long numFloats) {
    return segment.asSlice(offset * Float.BYTES, numFloats * Float.BYTES);
  }

  /** Copies {@code length} floats out of off-heap memory. */
  public static void read(MemorySegment from, long offset, float[] into, int length) {
    MemorySegment.copy(from, JAVA_FLOAT, offset * Float.BYTES, into, 0, length);
  }

  /** Copies {@code length} floats into off-heap memory. */
  public static void write(float[] from, MemorySegment into, long offset, int length) {
    MemorySegment.copy(from, 0, into, JAVA_FLOAT, offset * Float.BYTES, length);
  }
}
