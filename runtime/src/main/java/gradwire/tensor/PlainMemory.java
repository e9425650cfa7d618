package gradwire.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The same off-heap memory as a segment of the one class, whether it was mapped or allocated. Code
 * is compiled for the classes that it meets: a loop of vectors that meets both of them may keep its
 * vectors as objects for good, a hundred times slower (docs/performance.md, Apply).
 */
public final class PlainMemory {
  private PlainMemory() {}

  /**
   * All of {@code any}, not copied.
   *
   * @param owner the view lives as long as it; must be closed before the memory goes
   */
  public static MemorySegment view(MemorySegment any, Arena owner) {
    return MemorySegment.ofAddress(any.address()).reinterpret(any.byteSize(), owner, null);
  }
}
