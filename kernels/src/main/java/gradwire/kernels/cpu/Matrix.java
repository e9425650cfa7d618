package gradwire.kernels.cpu;

import java.lang.foreign.MemorySegment;

/**
 * A row-major float32 matrix as it lies in memory, or its transpose. Immutable; doesn't own the
 * memory.
 *
 * @param memory from the first element on, at least {@code rows * columns} floats
 * @param rows as it lies
 * @param columns as it lies; rows follow each other without gaps
 * @param transposed whether what is meant is {@code [columns, rows]}
 */
public record Matrix(MemorySegment memory, int rows, int columns, boolean transposed) {
  public Matrix {
    if (memory.byteSize() < (long) rows * columns * Float.BYTES) {
      throw new IllegalArgumentException(
          rows + " x " + columns + " floats in " + memory.byteSize() + " bytes");
    }
  }

  public Matrix(MemorySegment memory, int rows, int columns) {
    this(memory, rows, columns, false);
  }

  /** The same memory, with rows for columns. */
  public Matrix transpose() {
    return new Matrix(memory, rows, columns, !transposed);
  }

  public long numFloats() {
    return (long) rows * columns;
  }

  int height() {
    return transposed ? columns : rows;
  }

  int width() {
    return transposed ? rows : columns;
  }
}
