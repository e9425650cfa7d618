package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.server.optimizer.LaneSupport;
import gradwire.server.optimizer.Optimizer;
import gradwire.server.optimizer.SlotState;
import gradwire.server.optimizer.Update;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorKind;
import gradwire.update.KnownOptimizer;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kernel against arithmetic done one element at a time: not a bit may differ. */
final class BlockKernelTest {
  /** Primes: below a vector, a few vectors and a rest, many. */
  private static final int[] LENGTHS = {7, 131, 509};

  /** So that neither blocks nor vectors start where memory does. */
  private static final int OFFSET = 3;

  @Test
  void lanesAreHereInThisTest() {
    assertThat(LaneSupport.isHere()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void replicasAreAddedInTheOrderOfTheTreeThenDivided(int numReplicas) {
    for (int length : LENGTHS) {
      check(KnownOptimizer.ADAM, TensorKind.WEIGHT, numReplicas, length);
    }
  }

  @ParameterizedTest
  @EnumSource
  void rulesFollowTheReferenceForEveryKindOfTensor(KnownOptimizer known) {
    for (TensorKind kind : TensorKind.values()) {
      check(known, kind, 2, 509);
    }
  }

  private static void check(KnownOptimizer known, TensorKind kind, int numReplicas, int length) {
    OptimizerSpec spec =
        OptimizerSpec.of(
            known.name().toLowerCase(Locale.ROOT),
            Map.of("learning_rate", 0.1, "weight_decay", 0.03));
    long seed = System.nanoTime();
    try (Arena arena = Arena.ofConfined()) {
      Block arrays = new Block(arena, spec, numReplicas, length, new SplittableRandom(seed));
      Block lanes = new Block(arena, spec, numReplicas, length, new SplittableRandom(seed));
      int[][] expected = arrays.expected(new ScalarReference(spec), kind);
      arrays.apply(new ArrayKernel(arrays.numSlots(), ArrayKernel.IN_CACHE_FLOATS), kind);
      lanes.apply(new LaneKernel(lanes.numSlots(), arena), kind);
      String title = known + " " + kind + " replicas " + numReplicas + " length " + length;
      assertThat(arrays.bits()).as("arrays %s seed %d", title, seed).isDeepEqualTo(expected);
      assertThat(lanes.bits()).as("lanes %s seed %d", title, seed).isDeepEqualTo(expected);
    }
  }

  /** A shard of one block, {@link #OFFSET} elements into its memory. */
  private static final class Block {
    private final SlotState state;
    private final List<MemorySegment> gradients;
    private final int length;
    private final Update update;

    Block(Arena arena, OptimizerSpec spec, int numReplicas, int length, SplittableRandom random) {
      Optimizer optimizer = Optimizer.of(spec);
      this.length = length;
      this.update = optimizer.at(1);
      MemorySegment weights = random(arena, length, random, -1);
      MemorySegment[] slots = new MemorySegment[optimizer.numSlots()];
      Arrays.setAll(slots, slot -> random(arena, length, random, 0));
      this.state = new SlotState(weights, slots);
      this.gradients =
          IntStream.range(0, numReplicas).mapToObj(r -> random(arena, length, random, -1)).toList();
    }

    /** Of very different sizes, so that the order of additions shows in the bits. */
    private static MemorySegment random(
        Arena arena, int length, SplittableRandom random, double least) {
      MemorySegment values = Floats.allocate(arena, OFFSET + length);
      for (int i = 0; i < OFFSET + length; i++) {
        double value = random.nextDouble(least, 1) * Math.pow(2, random.nextInt(-20, 20));
        values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
      }
      return values;
    }

    int numSlots() {
      return state.slots().length;
    }

    void apply(BlockKernel kernel, TensorKind kind) {
      kernel.apply(update, state, state, gradients, kind, OFFSET, length);
    }

    private float[][] values() {
      float[][] values = new float[1 + state.slots().length][];
      values[0] = state.weights().toArray(ValueLayout.JAVA_FLOAT);
      for (int slot = 0; slot < state.slots().length; slot++) {
        values[1 + slot] = state.slots()[slot].toArray(ValueLayout.JAVA_FLOAT);
      }
      return values;
    }

    int[][] bits() {
      return bits(values());
    }

    private static int[][] bits(float[][] values) {
      return Arrays.stream(values)
          .map(v -> IntStream.range(0, v.length).map(i -> Float.floatToIntBits(v[i])).toArray())
          .toArray(int[][]::new);
    }

    int[][] expected(ScalarReference reference, TensorKind kind) {
      float[][] values = values();
      float[][] all =
          gradients.stream().map(g -> g.toArray(ValueLayout.JAVA_FLOAT)).toArray(float[][]::new);
      for (int i = OFFSET; i < OFFSET + length; i++) {
        float[] element = new float[values.length];
        for (int k = 0; k < values.length; k++) {
          element[k] = values[k][i];
        }
        reference.apply(element, ScalarReference.mean(all, i), kind);
        for (int k = 0; k < values.length; k++) {
          values[k][i] = element[k];
        }
      }
      return bits(values);
    }
  }
}
