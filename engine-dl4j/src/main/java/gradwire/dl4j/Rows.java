package gradwire.dl4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A row-major matrix in memory of its own or of an ND4J array, as Java, BLAS and ND4J see it. Keeps
 * that memory reachable.
 *
 * @param memory {@code [rows, columns] float32}
 */
record Rows(MemorySegment memory, FloatPointer pointer, INDArray array, int rows, int columns) {
  /** Zeros. */
  static Rows allocate(int rows, int columns) {
    MemorySegment memory = Floats.allocate(Arena.ofAuto(), (long) rows * columns);
    INDArray array = SegmentArrays.array(memory, rows, columns);
    return new Rows(memory, SegmentArrays.pointer(memory), array, rows, columns);
  }

  /** The array's own memory if it is row-major, else a copy's. */
  static Rows of(INDArray array) {
    INDArray rowMajor = SegmentArrays.rowMajor(array);
    FloatPointer pointer = (FloatPointer) rowMajor.data().addressPointer();
    MemorySegment memory = SegmentArrays.memory(rowMajor);
    return new Rows(memory, pointer, rowMajor, rowMajor.rows(), rowMajor.columns());
  }

  /** Every row becomes {@code row}, {@code [columns] float32}. */
  void fill(MemorySegment row) {
    for (int i = 0; i < rows; i++) {
      MemorySegment.copy(row, 0, memory, i * row.byteSize(), row.byteSize());
    }
  }

  /** {@code sums[c] = SUM(row[c])}, added row by row; {@code sums} is {@code [columns] float32}. */
  void sumOfRows(MemorySegment sums) {
    MemorySegment.copy(memory, 0, sums, 0, sums.byteSize());
    for (int i = 1; i < rows; i++) {
      MemorySegment row = Floats.slice(memory, (long) i * columns, columns);
      for (int c = 0; c < columns; c++) {
        sums.setAtIndex(
            JAVA_FLOAT, c, sums.getAtIndex(JAVA_FLOAT, c) + row.getAtIndex(JAVA_FLOAT, c));
      }
    }
  }
}
