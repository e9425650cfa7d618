package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReplicaMeanTest {
  private static final int LENGTH = 1021;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void theMeanIsThatOfTheDocumentedTreeWhateverTheBlocks(int numReplicas) {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    List<MemorySegment> gradients = new ArrayList<>();
    for (int replica = 0; replica < numReplicas; replica++) {
      float[] values = new float[LENGTH];
      for (int i = 0; i < LENGTH; i++) {
        // Of very different sizes: the order of additions shows in the bits.
        values[i] = (float) (random.nextDouble(-1, 1) * Math.pow(2, random.nextInt(-20, 20)));
      }
      gradients.add(Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values));
    }
    float[] expected = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      expected[i] = tree(gradients, 0, numReplicas, i) / numReplicas;
    }
    for (int block : new int[] {1, 7, 64, 1000, LENGTH, 4096}) {
      assertThat(mean(gradients, block))
          .as("seed %d, blocks of %d", seed, block)
          .isEqualTo(expected);
    }
  }

  /** The tree of the class's contract: cut at the largest power of two below the number. */
  private static float tree(List<MemorySegment> gradients, int from, int to, int element) {
    int numReplicas = to - from;
    if (numReplicas == 1) {
      return gradients.get(from).getAtIndex(ValueLayout.JAVA_FLOAT, element);
    }
    int left = 1;
    while (left * 2 < numReplicas) {
      left *= 2;
    }
    return tree(gradients, from, from + left, element) + tree(gradients, from + left, to, element);
  }

  private static float[] mean(List<MemorySegment> gradients, int blockFloats) {
    ReplicaMean mean = new ReplicaMean(blockFloats);
    float[] result = new float[LENGTH];
    for (int at = 0; at < LENGTH; at += blockFloats) {
      int length = Math.min(blockFloats, LENGTH - at);
      System.arraycopy(
          Arrays.copyOf(mean.block(gradients, at, length), length), 0, result, at, length);
    }
    return result;
  }
}
