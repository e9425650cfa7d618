package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gradwire.cluster.ShardMap;
import gradwire.server.optimizer.Operands;
import gradwire.server.optimizer.Optimizer;
import gradwire.server.optimizer.SlotState;
import gradwire.server.optimizer.Update;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorKind;
import gradwire.tensor.TensorSpec;
import gradwire.update.KnownOptimizer;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops in C and over arrays against arithmetic one element at a time: not a bit may differ. */
final class UpdateBitsTest {
  /** Around C's blocks and those of arrays, and primes. */
  private static final int[] LENGTHS = {
    127, 128, 129, 239, 240, 255, 256, 257, 509, 511, 512, 513, 1021, 1023, 1024, 1025, 4099
  };

  private static final long SEED = System.nanoTime();

  @ParameterizedTest
  @EnumSource
  void everyRuleGivesTheSameBitsAtEveryLength(KnownOptimizer rule) {
    SplittableRandom random = new SplittableRandom(SEED);
    IntStream.concat(IntStream.rangeClosed(0, 100), IntStream.of(LENGTHS))
        .forEach(
            length -> {
              int numReplicas = 1 + random.nextInt(9);
              check(UpdateTrial.random(rule, numReplicas, length, random.nextLong()));
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32})
  void replicasAreAddedInTheOrderOfTheTreeThenDivided(int numReplicas) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (KnownOptimizer rule : KnownOptimizer.values()) {
      for (int length : new int[] {7, 131, 521}) {
        check(UpdateTrial.random(rule, numReplicas, length, random.nextLong()));
      }
    }
  }

  private static void check(UpdateTrial trial) {
    int[][] expected = trial.expected();
    int numSlots = Optimizer.of(trial.spec()).numSlots();
    assertThat(trial.after(new ArrayKernel(numSlots, ArrayKernel.IN_CACHE_FLOATS)::apply))
        .as("arrays, %s", trial)
        .isDeepEqualTo(expected);
    if (Update.isNativeFor(trial.numReplicas())) {
      assertThat(trial.after(Update::applyNative)).as("C, %s", trial).isDeepEqualTo(expected);
    }
  }

  @Test
  void moreReplicasThanACallTakesGoOverArrays() {
    int numReplicas = 33;
    assertThat(Update.isNativeFor(numReplicas)).isFalse();
    SplittableRandom random = new SplittableRandom(SEED);
    float[][] gradients = new float[numReplicas][131];
    for (float[] gradient : gradients) {
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = (float) random.nextDouble(-1, 1);
      }
    }
    FlatLayout layout = new FlatLayout(List.of(TensorSpec.weight("w", 131)));
    OptimizerSpec sgd = OptimizerSpec.of("sgd", Map.of("learning_rate", 1.0));
    try (Arena arena = Arena.ofConfined();
        ShardMemory memory =
            new ShardMemory(ShardMap.of(layout, 1).shards().getFirst(), Optimizer.of(sgd))) {
      memory.apply(
          1, IntStream.range(0, numReplicas).mapToObj(r -> of(arena, gradients[r])).toList());
      for (int i = 0; i < 131; i++) {
        assertThat(memory.weights().getAtIndex(ValueLayout.JAVA_FLOAT, i))
            .as("seed %d", SEED)
            .isEqualTo(0 - ScalarReference.mean(gradients, i));
      }
    }
  }

  private static MemorySegment of(Arena arena, float... values) {
    return arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
  }

  @Test
  void whatIsTooShortIsRefusedBeforeAnythingChanges() {
    assumeTrue(Update.isNativeFor(1));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment five = of(arena, 1, 2, 3, 4, 5);
      MemorySegment four = of(arena, 1, 2, 3, 4);
      assertRefused(operands(five, five, four), 3, 2, "2 floats from 3 on in a gradient, got 4");
      assertRefused(operands(five, four, five), 1, 4, "in a slot, got 4");
      assertRefused(operands(four, five, five), 0, 5, "in weights, got 4");
      assertRefused(operands(five, five, five), -1, 2, "2 floats from -1 on");
      assertRefused(operands(five, five, five), 1, -1, "-1 floats from 1 on");
      assertRefused(operands(five, five, five), 2, Long.MAX_VALUE, "floats from 2 on");
      assertThat(five.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, 2, 3, 4, 5);
      assertThat(four.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, 2, 3, 4);
    }
  }

  @Test
  void aGradientThatIsFreedIsRefusedInsteadOfRead() {
    assumeTrue(Update.isNativeFor(1));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment gradient = freed();
      MemorySegment four = of(arena, 1, 2, 3, 4);
      assertThatThrownBy(() -> apply(operands(four, four, gradient), 0, 4))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
      assertThat(four.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, 2, 3, 4);
    }
  }

  @Test
  void noGradientsAreRefused() {
    assumeTrue(Update.isNativeFor(1));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment four = of(arena, 1, 2, 3, 4);
      SlotState state = new SlotState(four, new MemorySegment[] {four});
      assertThatThrownBy(() -> apply(Operands.of(state, state, List.of()), 0, 4))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected 1 to 32 gradients, got 0");
    }
  }

  private static MemorySegment freed() {
    try (Arena arena = Arena.ofShared()) {
      return Floats.allocate(arena, 4);
    }
  }

  private static Operands operands(
      MemorySegment weights, MemorySegment slot, MemorySegment gradient) {
    SlotState state = new SlotState(weights, new MemorySegment[] {slot});
    return Operands.of(state, state, List.of(gradient));
  }

  private static void assertRefused(Operands operands, long at, long length, String why) {
    assertThatThrownBy(() -> apply(operands, at, length))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining(why);
  }

  private static void apply(Operands operands, long at, long length) {
    Update update = Optimizer.of(OptimizerSpec.of("momentum", Map.of())).at(1);
    update.applyNative(operands, TensorKind.WEIGHT, at, length);
  }
}
