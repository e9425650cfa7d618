package gradwire.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.bench.report.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The mean over two replicas. */
record Mean(VectorSize size) implements Problem {
  private static final double TOLERANCE = 1e-6;

  @Override
  public String kernel() {
    return "mean";
  }

  @Override
  public String shape() {
    return size.label();
  }

  @Override
  public Work work() {
    return size.work(2, 3 * Float.BYTES);
  }

  @Override
  public List<MemorySegment> inputs(Arena arena) {
    return Uniform.tensors(arena, size.numFloats(), size.numFloats());
  }

  @Override
  public long resultLength() {
    return size.numFloats();
  }

  @Override
  public double expected(List<MemorySegment> inputs, long index) {
    double first = inputs.getFirst().getAtIndex(JAVA_FLOAT, index);
    return (first + inputs.getLast().getAtIndex(JAVA_FLOAT, index)) / 2;
  }

  @Override
  public double tolerance(double expected) {
    return TOLERANCE;
  }
}
