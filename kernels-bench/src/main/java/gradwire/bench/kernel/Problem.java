package gradwire.bench.kernel;

import gradwire.bench.report.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a kernel computes, and what every number of its result must be. Tensors are row-major
 * float32. Immutable.
 */
sealed interface Problem
    permits Product, Convolution, CrossEntropy, Elements, Update, Mean, Narrowing, Transfer {
  /** What is computed, e.g. {@code gemm}. */
  String kernel();

  /** Of what size, e.g. {@code 100x784x100}. */
  String shape();

  Work work();

  /** The same ones every time. */
  List<MemorySegment> inputs(Arena arena);

  /** Numbers in the result. */
  long resultLength();

  /** One of them, computed by itself in float64. */
  double expected(List<MemorySegment> inputs, long index);

  /** How far off float32 may be. */
  double tolerance(double expected);

  /** The end of a row's name. */
  default String name() {
    return kernel() + "/" + shape();
  }
}
