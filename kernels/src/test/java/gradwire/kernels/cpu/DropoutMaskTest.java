package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.random.Draws;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutMaskTest {
  private static final int NUM_FLOATS = 1_000_003;
  private static final long SEED = 17;

  private static long key(long place) {
    return Draws.of(SEED, Draws.Purpose.DROPOUT, place).nextLong();
  }

  /** What becomes of ones. */
  private static float[] kept(double probability, long key) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = Floats.allocate(arena, NUM_FLOATS);
      for (long i = 0; i < NUM_FLOATS; i++) {
        memory.setAtIndex(JAVA_FLOAT, i, 1);
      }
      new DropoutMask(probability).apply(key, memory, memory, NUM_FLOATS);
      return memory.toArray(JAVA_FLOAT);
    }
  }

  /** A share of binomial draws: within five of its standard deviations. */
  private static void assertShare(double share, double expected) {
    double deviation = Math.sqrt(expected * (1 - expected) / NUM_FLOATS);
    assertThat(share).as("seed " + SEED).isCloseTo(expected, within(5 * deviation + 1e-7));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.9, 1})
  void asManyAreKeptAsAreMeantToAndTheSumStays(double probability) {
    for (long place = 0; place < 5; place++) {
      int count = 0;
      for (float value : kept(probability, key(place))) {
        assertThat(value == 0 || value == (float) (1 / probability)).isTrue();
        count += value == 0 ? 0 : 1;
      }
      assertShare((double) count / NUM_FLOATS, probability);
    }
  }

  /** Of independent halves, a quarter is in both, and half of all is alike. */
  @Test
  void keysAndNeighboursAreIndependent() {
    float[] one = kept(0.5, key(0));
    float[] other = kept(0.5, key(1));
    int both = 0;
    int alike = 0;
    for (int i = 0; i < NUM_FLOATS; i++) {
      both += one[i] != 0 && other[i] != 0 ? 1 : 0;
      alike += one[i] == one[(i + 1) % NUM_FLOATS] ? 1 : 0;
    }
    assertShare((double) both / NUM_FLOATS, 0.25);
    assertShare((double) alike / NUM_FLOATS, 0.5);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1.1, Double.NaN})
  void whatIsNoProbabilityIsRefused(double probability) {
    assertThatThrownBy(() -> new DropoutMask(probability))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got " + probability);
  }
}
