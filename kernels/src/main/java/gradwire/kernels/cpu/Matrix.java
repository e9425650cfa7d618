package gradwire.kernels.cpu;

import java.lang.foreign.MemorySegment;

/**
 * A row-major float32 matrix as it lies in memory, or its transpose. Immutable; doesn't own the
 * memory.
 *
 * @param memory from the first element on, at least {@code rows * columns} floats
 * @param rows as it lies
 * @param columns as it lies
 * @param stride from the beginning of a row to that of the next, in floats
 * @param transposed whether what is meant is {@code [columns, rows]}
 */
public record Matrix(MemorySegment memory, int rows, int columns, int stride, boolean transposed) {
  public Matrix {
    if (stride < columns || memory.byteSize() < ((rows - 1L) * stride + columns) * Float.BYTES) {
      throw new IllegalArgumentException(
          rows
              + " x "
              + columns
              + " floats, rows "
              + stride
              + " apart, in "
              + memory.byteSize()
              + " bytes");
    }
  }

  public Matrix(MemorySegment memory, int rows, int columns, int stride) {
    this(memory, rows, columns, stride, false);
  }

  /** Rows that follow each other without gaps. */
  public Matrix(MemorySegment memory, int rows, int columns) {
    this(memory, rows, columns, columns);
  }

  /** The same memory, with rows for columns. */
  public Matrix transpose() {
    return new Matrix(memory, rows, columns, stride, !transposed);
  }

  public long numFloats() {
    return (long) rows * columns;
  }

  /**
   * @throws IllegalArgumentException if there are gaps between rows
   */
  Matrix withoutGaps() {
    if (stride != columns) {
      throw new IllegalArgumentException("expected rows without gaps, got " + this);
    }
    return this;
  }

  int height() {
    return transposed ? columns : rows;
  }

  int width() {
    return transposed ? rows : columns;
  }
}
