package gradwire.plan;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import gradwire.worker.engine.StepFlow;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.Stream;

/** A plan's loss and gradients against the float64 oracle's. */
final class OracleCheck {
  private static final long SEED = 20_261;
  private static final long RANDOM_KEY = 0x5eed_0123_4567_89abL;

  /** Sums of up to 300 terms around 1 in float32: 300 * 2^-24 = 2e-5 at worst, relative to 1. */
  private static final double TOLERANCE = 4e-5;

  private OracleCheck() {}

  /** Makes the plan under test. */
  @FunctionalInterface
  interface Maker {
    Plan make(NetworkSpec network, Plan.Use use, MemorySegment parameters, MemorySegment gradient);
  }

  /**
   * Checks one network.
   *
   * @param net what the network is made of
   * @param oneHot whether labels are; else any numbers
   */
  static void check(
      Maker maker, NetworkSpec network, Nets net, Shape input, int batchSize, boolean oneHot) {
    Random random = new Random(SEED);
    OracleNetwork oracle = new OracleNetwork(network, input, RANDOM_KEY);
    int numParameters = Math.toIntExact(net.numFloats());
    double[] parameters = uniform(random, numParameters, 0.7);
    double[][] features =
        network.vertices().getFirst().layer() instanceof Embedding embedding
            ? ids(random, batchSize, input.numFloats(), embedding.numIds())
            : signed(random, batchSize, input.numFloats());
    int numOutputs = oracle.values(parameters, features)[0].length;
    double[][] labels =
        oneHot ? oneHot(random, batchSize, numOutputs) : rows(random, batchSize, numOutputs);
    double scale = 1.0 / batchSize;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment flat = memory(arena, parameters);
      MemorySegment gradient = GuardedMemory.floats(arena, numParameters);
      MemorySegment x = memory(arena, flatten(features));
      MemorySegment y = memory(arena, flatten(labels));
      Plan.Use use = new Plan.Use(input, batchSize, true);
      try (Plan plan = maker.make(network, use, flat, gradient)) {
        gradient.fill((byte) -1);
        double loss = plan.computeGradient(x, y, scale, RANDOM_KEY, StepFlow.NONE);
        double expected = oracle.loss(parameters, features, labels) * scale;
        assertThat(loss)
            .as("loss, seed " + SEED)
            .isCloseTo(expected, within(1e-5 * (1 + expected)));
        double[] wanted = oracle.gradient(parameters, features, labels);
        assertClose(network, gradient, wanted, scale);
        float[] first = gradient.toArray(JAVA_FLOAT);
        assertThat(plan.computeGradient(x, y, scale, RANDOM_KEY, StepFlow.NONE)).isEqualTo(loss);
        assertThat(gradient.toArray(JAVA_FLOAT)).as("the same bits again").isEqualTo(first);
      }
    }
  }

  /** Relative to the largest. */
  private static void assertClose(
      NetworkSpec network, MemorySegment gradient, double[] sums, double scale) {
    double largest = 1;
    for (double sum : sums) {
      largest = Math.max(largest, Math.abs(sum * scale));
    }
    for (int i = 0; i < sums.length; i++) {
      if (isStatistic(network, i)) {
        continue;
      }
      assertThat((double) gradient.getAtIndex(JAVA_FLOAT, i))
          .as("gradient " + i + ", seed " + SEED)
          .isCloseTo(sums[i] * scale, within(TOLERANCE * largest));
    }
  }

  /** Their gradient isn't the loss's. */
  private static boolean isStatistic(NetworkSpec network, int index) {
    return network.vertices().stream()
        .anyMatch(
            vertex ->
                vertex.layer() instanceof BatchNorm norm
                    && (contains(norm.mean(), index) || contains(norm.spread(), index)));
  }

  private static boolean contains(Range range, int index) {
    return index >= range.begin() && index < range.begin() + range.length();
  }

  private static MemorySegment memory(Arena arena, double[] values) {
    MemorySegment memory = GuardedMemory.floats(arena, values.length);
    for (int i = 0; i < values.length; i++) {
      memory.setAtIndex(JAVA_FLOAT, i, (float) values[i]);
    }
    return memory;
  }

  /** Floats, so that the plan sees the very values. */
  private static double[] uniform(Random random, int length, double largest) {
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (largest * (2 * random.nextDouble() - 1));
    }
    return values;
  }

  /** Labels, in [0, 1). */
  private static double[][] rows(Random random, int numRows, int length) {
    double[][] rows = new double[numRows][];
    for (int n = 0; n < numRows; n++) {
      rows[n] = random.doubles(length).map(v -> (float) v).toArray();
    }
    return rows;
  }

  private static double[][] signed(Random random, int numRows, int length) {
    double[][] rows = new double[numRows][];
    for (int n = 0; n < numRows; n++) {
      rows[n] = uniform(random, length, 1);
    }
    return rows;
  }

  private static double[][] ids(Random random, int numRows, int length, int numIds) {
    double[][] rows = new double[numRows][];
    for (int n = 0; n < numRows; n++) {
      rows[n] = random.ints(length, 0, numIds).asDoubleStream().toArray();
    }
    return rows;
  }

  private static double[][] oneHot(Random random, int numRows, int length) {
    double[][] rows = new double[numRows][length];
    for (double[] row : rows) {
      row[random.nextInt(length)] = 1;
    }
    return rows;
  }

  private static double[] flatten(double[][] rows) {
    return Stream.of(rows).flatMapToDouble(java.util.Arrays::stream).toArray();
  }
}
