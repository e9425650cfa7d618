package gradwire.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.bench.report.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** What is done to each element by itself. */
record Elements(Operation operation, VectorSize size) implements Problem {
  /** Half a unit in the last place of a float32. */
  private static final double ROUNDING = 0x1p-24;

  /** With fresh memory for the result. */
  enum Operation {
    /** {@code y = max(0, z)}. */
    RELU,
    /** {@code c = a + b}. */
    ADD
  }

  @Override
  public String kernel() {
    return operation.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String shape() {
    return size.label();
  }

  private int numInputs() {
    return switch (operation) {
      case RELU -> 1;
      case ADD -> 2;
    };
  }

  @Override
  public Work work() {
    return size.work(1, (numInputs() + 1) * Float.BYTES);
  }

  @Override
  public List<MemorySegment> inputs(Arena arena) {
    return Uniform.tensors(
        arena, LongStream.generate(size::numFloats).limit(numInputs()).toArray());
  }

  @Override
  public long resultLength() {
    return size.numFloats();
  }

  @Override
  public double expected(List<MemorySegment> inputs, long index) {
    double first = inputs.getFirst().getAtIndex(JAVA_FLOAT, index);
    return switch (operation) {
      case RELU -> Math.max(0, first);
      case ADD -> first + inputs.getLast().getAtIndex(JAVA_FLOAT, index);
    };
  }

  @Override
  public double tolerance(double expected) {
    return ROUNDING * Math.abs(expected);
  }
}
