package gradwire.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against an array of booleans. */
final class CoverageTest {
  private final Coverage coverage = new Coverage();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void piecesInAnyOrderAddUp(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 200; run++) {
      boolean[] expected = new boolean[random.nextInt(40)];
      coverage.begin(expected.length);
      while (!coverage.isComplete()) {
        int begin = random.nextInt(expected.length);
        int end = begin + random.nextInt(Math.min(7, expected.length - begin) + 1);
        coverage.add(begin, end);
        java.util.Arrays.fill(expected, begin, end, true);
        assertSame(expected);
      }
      assertSame(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void whatIsRemovedIsMissing(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 100; run++) {
      boolean[] expected = new boolean[random.nextInt(1, 30)];
      coverage.begin(expected.length);
      for (int i = 0; i < 60; i++) {
        int begin = random.nextInt(expected.length);
        int end = begin + random.nextInt(Math.min(9, expected.length - begin) + 1);
        boolean isAdded = random.nextInt(3) > 0;
        if (isAdded) {
          coverage.add(begin, end);
        } else {
          coverage.remove(begin, end);
        }
        java.util.Arrays.fill(expected, begin, end, isAdded);
        assertSame(expected);
      }
    }
  }

  private void assertSame(boolean[] expected) {
    int prefix = numTrue(expected, 0, expected.length);
    assertThat(coverage.prefix()).isEqualTo(prefix);
    assertThat(coverage.isComplete()).isEqualTo(prefix == expected.length);
    for (int begin = 0; begin < expected.length; begin++) {
      for (int end = begin + 1; end <= expected.length; end++) {
        assertThat(coverage.contains(begin, end))
            .isEqualTo(numTrue(expected, begin, end) == end - begin);
      }
    }
  }

  /** From {@code begin} on, without a gap. */
  private static int numTrue(boolean[] values, int begin, int end) {
    int at = begin;
    while (at < end && values[at]) {
      at++;
    }
    return at - begin;
  }
}
