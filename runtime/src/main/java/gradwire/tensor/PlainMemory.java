package gradwire.tensor;

import java.lang.foreign.MemorySegment;

/**
 * The same off-heap memory as a segment of the one class, whether it was mapped or allocated. Code
 * is compiled for the classes that it meets: a loop of vectors that meets both of them may keep its
 * vectors as objects for good, a hundred times slower (docs/performance.md, Apply).
 */
public final class PlainMemory {
  private PlainMemory() {}

  /** All of {@code any}, not copied; alive as long as it is. */
  public static MemorySegment view(MemorySegment any) {
    return any.reinterpret(any.byteSize());
  }
}
