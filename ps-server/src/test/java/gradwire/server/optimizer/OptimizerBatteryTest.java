package gradwire.server.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.random.Draws;
import gradwire.server.optimizer.Cases.Case;
import gradwire.tensor.TensorKind;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every optimizer must do, whatever its rule. */
final class OptimizerBatteryTest {
  private static final long SEED = 20_260_101;
  private static final int NUM_FLOATS = 1021;
  private static final int NUM_UPDATES = 50;
  private static final String ALL = "gradwire.server.optimizer.Cases#optimizers";
  private static final String CROSSED =
      "gradwire.server.optimizer.Cases#optimizersWithDecaysAndSchedules";

  @ParameterizedTest
  @MethodSource(CROSSED)
  void weightsFollowTheFloat64Oracle(Case c) {
    assertThat(largestDifference(c, TensorKind.WEIGHT)).as("seed %d", SEED).isLessThan(3e-6);
  }

  @ParameterizedTest
  @MethodSource(CROSSED)
  void biasesFollowTheOracleWithoutDecay(Case c) {
    assertThat(largestDifference(c, TensorKind.BIAS)).as("seed %d", SEED).isLessThan(3e-6);
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void aStatisticLosesItsGradientUnscaledAndKeepsItsSlots(Case c) {
    Block block = Block.random(c.with("weight_decay", 0.1), NUM_FLOATS);
    float[] gradient = gaussians(1, NUM_FLOATS);
    float[] expected = minus(block.weights, gradient);
    float[][] slots = Arrays.stream(block.slots).map(float[]::clone).toArray(float[][]::new);

    block.apply(1, gradient, TensorKind.STATISTIC);

    assertThat(block.weights).as("seed %d", SEED).isEqualTo(expected);
    assertThat(block.slots).isDeepEqualTo(slots);
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void bitsDoNotDependOnWhereBlocksEnd(Case c) {
    Case decaying = c.with("weight_decay", 0.03);
    Block whole = Block.random(decaying, NUM_FLOATS);
    Block[] pieces =
        IntStream.range(0, 40)
            .mapToObj(k -> whole.slice(from(k), from(k + 1)))
            .toArray(Block[]::new);
    for (int t = 1; t <= NUM_UPDATES; t++) {
      float[] gradient = gaussians(t, NUM_FLOATS);
      whole.apply(t, gradient, TensorKind.WEIGHT);
      for (int k = 0; k < pieces.length; k++) {
        float[] part = Arrays.copyOfRange(gradient, from(k), from(k + 1));
        pieces[k].apply(t, part, TensorKind.WEIGHT);
      }
    }
    for (int k = 0; k < pieces.length; k++) {
      Block expected = whole.slice(from(k), from(k + 1));
      assertThat(pieces[k].bits()).as("seed %d, piece %d", SEED, k).isDeepEqualTo(expected.bits());
    }
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void nothingBeyondTheLengthIsTouched(Case c) {
    Block block = Block.random(c, NUM_FLOATS);
    Block before = block.slice(0, NUM_FLOATS);
    for (TensorKind kind : TensorKind.values()) {
      c.optimizer().at(1).apply(block.weights, block.slots, gaussians(1, NUM_FLOATS), 17, kind);
    }
    assertThat(block.slice(17, NUM_FLOATS).bits())
        .isDeepEqualTo(before.slice(17, NUM_FLOATS).bits());
    assertThat(block.weights[16]).isNotEqualTo(before.weights[16]);
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void theMinimumOfAParabolaIsReached(Case c) {
    Block block = Block.random(c, NUM_FLOATS);
    float[] minimum = gaussians(-1, NUM_FLOATS);
    for (int t = 1; t <= 1000; t++) {
      block.apply(t, minus(block.weights, minimum), TensorKind.WEIGHT);
    }
    assertThat(block.weights).as("seed %d", SEED).containsExactly(minimum, within(0.01f));
  }

  @ParameterizedTest
  @MethodSource(CROSSED)
  void weightsStayFiniteWithZeroGradients(Case c) {
    Block block = Block.fresh(c, gaussians(0, NUM_FLOATS));
    Arrays.fill(block.weights, 0, NUM_FLOATS / 2, 0);
    for (int t = 1; t <= NUM_UPDATES; t++) {
      block.apply(t, new float[NUM_FLOATS], TensorKind.WEIGHT);
    }
    for (float weight : block.weights) {
      assertThat(weight).isFinite();
    }
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void slotsAreAsManyAndStartAsTheTableSays(Case c) {
    Optimizer optimizer = c.optimizer();
    assertThat(optimizer.numSlots()).isEqualTo(c.initialSlotValues().size());
    for (int slot = 0; slot < optimizer.numSlots(); slot++) {
      assertThat(optimizer.initialSlotValue(slot)).isEqualTo(c.initialSlotValues().get(slot));
    }
    assertThatThrownBy(() -> optimizer.initialSlotValue(optimizer.numSlots()))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void anArrayThatIsTooShortIsRefusedBeforeAnythingChanges(Case c) {
    Block block = Block.random(c, NUM_FLOATS);
    long[][] before = block.bits();
    assertThatThrownBy(() -> block.apply(1, new float[NUM_FLOATS + 1], TensorKind.WEIGHT))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(block.bits()).isDeepEqualTo(before);
  }

  /** Over all weights, after {@link #NUM_UPDATES} updates with random gradients. */
  private static double largestDifference(Case c, TensorKind kind) {
    Block block = Block.fresh(c, gaussians(0, NUM_FLOATS));
    ScalarOracle oracle = new ScalarOracle(c.spec(), block.weights);
    for (int t = 1; t <= NUM_UPDATES; t++) {
      float[] gradient = gaussians(t, NUM_FLOATS);
      block.apply(t, gradient, kind);
      oracle.apply(gradient, kind);
    }
    return IntStream.range(0, NUM_FLOATS)
        .mapToDouble(i -> Math.abs(block.weights[i] - oracle.weights[i]))
        .max()
        .orElseThrow();
  }

  /** Where piece {@code k} begins: 0, 1, 3, 6, 10, ... */
  private static int from(int k) {
    return Math.min(NUM_FLOATS, k * (k + 1) / 2);
  }

  private static float[] minus(float[] a, float[] b) {
    float[] difference = a.clone();
    for (int i = 0; i < a.length; i++) {
      difference[i] -= b[i];
    }
    return difference;
  }

  private static float[] gaussians(long stream, int numFloats) {
    Draws draws = Draws.of(SEED, Draws.Purpose.INITIAL_VALUES, stream);
    float[] values = new float[numFloats];
    for (int i = 0; i < numFloats; i++) {
      values[i] = (float) draws.nextGaussian();
    }
    return values;
  }

  /** A block of a tensor as a shard keeps it. */
  private record Block(Optimizer optimizer, float[] weights, float[][] slots) {
    static Block fresh(Case c, float[] weights) {
      Optimizer optimizer = c.optimizer();
      float[][] slots = new float[optimizer.numSlots()][weights.length];
      for (int slot = 0; slot < slots.length; slot++) {
        Arrays.fill(slots[slot], optimizer.initialSlotValue(slot));
      }
      return new Block(optimizer, weights, slots);
    }

    /** In the middle of training: after one update. */
    static Block random(Case c, int numFloats) {
      Block block = fresh(c, gaussians(0, numFloats));
      block.apply(1, gaussians(7, numFloats), TensorKind.BIAS);
      return block;
    }

    void apply(long updateNumber, float[] gradient, TensorKind kind) {
      optimizer.at(updateNumber).apply(weights, slots, gradient, gradient.length, kind);
    }

    Block slice(int from, int to) {
      float[][] parts =
          Arrays.stream(slots).map(s -> Arrays.copyOfRange(s, from, to)).toArray(float[][]::new);
      return new Block(optimizer, Arrays.copyOfRange(weights, from, to), parts);
    }

    long[][] bits() {
      return IntStream.rangeClosed(0, slots.length)
          .mapToObj(k -> k == 0 ? weights : slots[k - 1])
          .map(Block::bits)
          .toArray(long[][]::new);
    }

    private static long[] bits(float[] values) {
      return IntStream.range(0, values.length)
          .mapToLong(i -> Float.floatToRawIntBits(values[i]))
          .toArray();
    }
  }
}
