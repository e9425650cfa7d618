package gradwire.bench.kernel;

import gradwire.error.GradwireException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;

/** Holds results against float64. Immutable. */
final class Oracle {
  /** So many are looked at from the beginning and from the end, where kernels have special code. */
  private static final long EDGE = 64;

  /** So many are looked at in between, evenly spread. */
  private static final long SPREAD = 1021;

  private final Problem problem;
  private final long[] indices;
  private final double[] expected;

  /** Computes what to expect of {@code inputs}, before a kernel overwrites them. */
  Oracle(Problem problem, List<MemorySegment> inputs) {
    this.problem = problem;
    indices = indices(problem.resultLength()).toArray();
    expected =
        LongStream.of(indices).mapToDouble(index -> problem.expected(inputs, index)).toArray();
  }

  /**
   * Looks at the first and last numbers and at some in between.
   *
   * @throws GradwireException at the first one that is wrong
   */
  void check(LongToDoubleFunction result) {
    for (int i = 0; i < indices.length; i++) {
      check(indices[i], expected[i], result.applyAsDouble(indices[i]));
    }
  }

  private static LongStream indices(long length) {
    if (length <= 2 * EDGE + SPREAD) {
      return LongStream.range(0, length);
    }
    return LongStream.concat(
        LongStream.concat(LongStream.range(0, EDGE), LongStream.range(length - EDGE, length)),
        LongStream.range(0, SPREAD).map(i -> EDGE + i * (length - 2 * EDGE) / SPREAD));
  }

  private void check(long index, double expected, double got) {
    double tolerance = problem.tolerance(expected);
    if (!(Math.abs(got - expected) <= tolerance)) {
      throw new GradwireException(
          "%s: number %d of %d: expected %s to %s, by float64, got %s; the kernel is wrong"
              .formatted(problem.name(), index, problem.resultLength(), expected, tolerance, got));
    }
  }
}
