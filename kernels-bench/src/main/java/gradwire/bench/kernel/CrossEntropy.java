package gradwire.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.bench.report.Work;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Softmax cross-entropy. Inputs: logits, labels, both {@code [rows, classes]}. Result: gradient by
 * logits, not divided by rows, and behind it the sum of the losses.
 */
record CrossEntropy(int rows, int classes) implements Problem {
  /** Largest, difference, exponential, sum, quotient, difference, scale. */
  private static final int FLOPS_PER_LOGIT = 7;

  /** Spreads labels over classes. */
  private static final int PRIME = 7919;

  @Override
  public String kernel() {
    return "softmax-cross-entropy";
  }

  @Override
  public String shape() {
    return rows + "x" + classes;
  }

  @Override
  public Work work() {
    long numLogits = (long) rows * classes;
    return new Work(FLOPS_PER_LOGIT * numLogits, 3 * numLogits * Float.BYTES, Work.Bound.MEMORY);
  }

  @Override
  public List<MemorySegment> inputs(Arena arena) {
    List<MemorySegment> inputs = new ArrayList<>(Uniform.tensors(arena, (long) rows * classes));
    MemorySegment labels = Floats.allocate(arena, (long) rows * classes);
    for (int row = 0; row < rows; row++) {
      labels.setAtIndex(JAVA_FLOAT, (long) row * classes + label(row), 1);
    }
    inputs.add(labels);
    return inputs;
  }

  private int label(long row) {
    return (int) (row * PRIME % classes);
  }

  @Override
  public long resultLength() {
    return (long) rows * classes + 1;
  }

  @Override
  public double expected(List<MemorySegment> inputs, long index) {
    MemorySegment logits = inputs.get(0);
    if (index < (long) rows * classes) {
      long row = index / classes;
      double label = index % classes == label(row) ? 1 : 0;
      return probability(logits, row, (int) (index % classes)) - label;
    }
    double sum = 0;
    for (long row = 0; row < rows; row++) {
      sum -= Math.log(probability(logits, row, label(row)));
    }
    return sum;
  }

  /** Logits are small: nothing need be taken off them. */
  private double probability(MemorySegment logits, long row, int which) {
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp(logits.getAtIndex(JAVA_FLOAT, row * classes + c));
    }
    return Math.exp(logits.getAtIndex(JAVA_FLOAT, row * classes + which)) / sum;
  }

  @Override
  public double tolerance(double expected) {
    return 1e-6 + 1e-5 * Math.abs(expected);
  }
}
