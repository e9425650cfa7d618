package gradwire.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.bench.report.Work;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An optimizer's step. Inputs: weights, gradients. Result: weights after the first step. Two
 * gradients: by their mean, as the parameter server takes it, in one go.
 */
record Update(Rule rule, int numReplicas, VectorSize size) implements Problem {
  static final double RATE = 0.01;
  static final double BETA1 = 0.9;
  static final double BETA2 = 0.999;
  static final double EPSILON = 1e-8;

  /** Of weights of at most 1, and their step. */
  private static final double TOLERANCE = 1e-6;

  /** Whose formula. */
  enum Rule {
    SGD(0, 2),
    ADAM(2, 12);

    private final int numSlots;
    private final int flops;

    /**
     * @param flops of an element
     */
    Rule(int numSlots, int flops) {
      this.numSlots = numSlots;
      this.flops = flops;
    }

    int numSlots() {
      return numSlots;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  OptimizerSpec spec() {
    return OptimizerSpec.of(
        rule.word(),
        switch (rule) {
          case SGD -> Map.of("learning_rate", RATE);
          case ADAM ->
              Map.of("learning_rate", RATE, "beta1", BETA1, "beta2", BETA2, "epsilon", EPSILON);
        });
  }

  @Override
  public String kernel() {
    return numReplicas == 1 ? rule.word() : "mean-" + rule.word();
  }

  @Override
  public String shape() {
    return size.label();
  }

  @Override
  public Work work() {
    int ofMean = numReplicas == 1 ? 0 : numReplicas;
    return size.work(rule.flops + ofMean, (2 + 2 * rule.numSlots + numReplicas) * Float.BYTES);
  }

  @Override
  public List<MemorySegment> inputs(Arena arena) {
    long[] lengths = new long[1 + numReplicas];
    Arrays.fill(lengths, size.numFloats());
    return Uniform.tensors(arena, lengths);
  }

  @Override
  public long resultLength() {
    return size.numFloats();
  }

  @Override
  public double expected(List<MemorySegment> inputs, long index) {
    double gradient =
        inputs.stream()
            .skip(1)
            .mapToDouble(each -> each.getAtIndex(JAVA_FLOAT, index))
            .average()
            .orElseThrow();
    return inputs.getFirst().getAtIndex(JAVA_FLOAT, index)
        - switch (rule) {
          case SGD -> RATE * gradient;
          case ADAM -> firstOfAdam(gradient);
        };
  }

  private static double firstOfAdam(double gradient) {
    double mean = (1 - BETA1) * gradient;
    double square = (1 - BETA2) * gradient * gradient;
    double rate = RATE * Math.sqrt(1 - BETA2) / (1 - BETA1);
    return rate * mean / (Math.sqrt(square) + EPSILON);
  }

  @Override
  public double tolerance(double expected) {
    return TOLERANCE;
  }
}
