package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * As many equal rows as there are lanes, or sums of rows by their number modulo the lanes: whole
 * vectors hold them whatever the length of a row. One thread.
 */
final class RowTile {
  private final int columns;
  private final MemorySegment memory;

  /**
   * @param arena keeps the memory
   * @param columns floats of a row
   */
  RowTile(Arena arena, int columns) {
    this.columns = columns;
    this.memory = Floats.allocate(arena, (long) columns * Lanes.COUNT);
  }

  /** {@code [lanes, columns] float32}. */
  MemorySegment memory() {
    return memory;
  }

  /** Every row becomes {@code row}, rounded. */
  void fill(double[] row) {
    for (long i = 0; i < (long) columns * Lanes.COUNT; i++) {
      memory.setAtIndex(JAVA_FLOAT, i, (float) row[(int) (i % columns)]);
    }
  }

  void clear() {
    memory.fill((byte) 0);
  }

  /** {@code sums[c] = SUM over rows}, first to last, in float64. */
  void sum(double[] sums) {
    for (int c = 0; c < columns; c++) {
      double sum = 0;
      for (int i = 0; i < Lanes.COUNT; i++) {
        sum += memory.getAtIndex(JAVA_FLOAT, (long) i * columns + c);
      }
      sums[c] = sum;
    }
  }
}
