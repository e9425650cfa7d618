package gradwire.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.bench.report.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** {@code c = a b}, {@code a [rows, depth]} and {@code b [depth, columns]}. */
record Product(int rows, int depth, int columns) implements Problem {
  private static final double TOLERANCE_PER_PRODUCT = 1e-6;

  @Override
  public String kernel() {
    return "gemm";
  }

  @Override
  public String shape() {
    return rows + "x" + depth + "x" + columns;
  }

  @Override
  public Work work() {
    long numFloats = (long) rows * depth + (long) depth * columns + resultLength();
    return new Work(2 * resultLength() * depth, numFloats * Float.BYTES, Work.Bound.ARITHMETIC);
  }

  @Override
  public List<MemorySegment> inputs(Arena arena) {
    return Uniform.tensors(arena, (long) rows * depth, (long) depth * columns);
  }

  @Override
  public long resultLength() {
    return (long) rows * columns;
  }

  @Override
  public double expected(List<MemorySegment> inputs, long index) {
    long row = index / columns;
    long column = index % columns;
    double sum = 0;
    for (long k = 0; k < depth; k++) {
      sum +=
          (double) inputs.get(0).getAtIndex(JAVA_FLOAT, row * depth + k)
              * inputs.get(1).getAtIndex(JAVA_FLOAT, k * columns + column);
    }
    return sum;
  }

  @Override
  public double tolerance(double expected) {
    return TOLERANCE_PER_PRODUCT * (depth + 10);
  }
}
