package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** Other orders of the same elements. */
public final class Layouts {
  private Layouts() {}

  /**
   * {@code into[n, j, i] = from[n, i, j]}: of images, channels first to channels last or the other
   * way round.
   *
   * @param from {@code [count, rows, columns]}
   * @param into {@code [count, columns, rows]}
   */
  public static void transpose(
      MemorySegment from, MemorySegment into, int count, int rows, int columns) {
    if (rows == 1 || columns == 1) {
      Elementwise.copy(from, into, (long) count * rows * columns);
      return;
    }
    long to = 0;
    for (int n = 0; n < count; n++) {
      long matrix = (long) n * rows * columns;
      for (int j = 0; j < columns; j++) {
        for (int i = 0; i < rows; i++) {
          float value = from.getAtIndex(JAVA_FLOAT, matrix + (long) i * columns + j);
          into.setAtIndex(JAVA_FLOAT, to, value);
          to++;
        }
      }
    }
  }
}
