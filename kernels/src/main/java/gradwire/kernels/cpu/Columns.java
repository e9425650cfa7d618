package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A float64 for each column of a matrix, off-heap; zeros at first. */
public final class Columns {
  private final int count;
  private final MemorySegment memory;

  /**
   * @param arena keeps the memory
   */
  public Columns(Arena arena, int count) {
    this.count = count;
    this.memory = arena.allocate(JAVA_DOUBLE, count);
  }

  public int count() {
    return count;
  }

  public double get(int column) {
    return memory.getAtIndex(JAVA_DOUBLE, column);
  }

  public void set(int column, double value) {
    memory.setAtIndex(JAVA_DOUBLE, column, value);
  }

  MemorySegment memory() {
    return memory;
  }
}
