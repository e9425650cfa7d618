package gradwire.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import gradwire.random.Draws.Purpose;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DrawsTest {
  private static final long SEED = 20_260_101;
  private static final int NUM_DRAWS = 200_000;

  /** The seed whose first stream starts from state 1234567, for which vectors are published. */
  private static final long SEED_OF_STATE_1234567 = 0xa53c84059609e98eL;

  @Test
  void drawsAreThePublishedVectorsOfSplitMix64() {
    Draws draws = Draws.of(SEED_OF_STATE_1234567, Purpose.INITIAL_VALUES);
    assertThat(LongStream.generate(draws::nextLong).limit(5).mapToObj(Long::toUnsignedString))
        .containsExactly(
            "6457827717110365317",
            "3203168211198807973",
            "9817491932198370423",
            "4593380528125082431",
            "16408922859458223821");
  }

  @Test
  void equalKeysGiveEqualDraws() {
    assertThat(firstLong(Purpose.SHUFFLE, 1, 2)).isEqualTo(firstLong(Purpose.SHUFFLE, 1, 2));
  }

  @Test
  void purposePlaceAndOrderOfPlacesTellStreamsApart() {
    assertThat(
            new long[] {
              firstLong(Purpose.SHUFFLE),
              firstLong(Purpose.SHUFFLE, 0),
              firstLong(Purpose.SHUFFLE, 0, 0),
              firstLong(Purpose.SHUFFLE, 1, 2),
              firstLong(Purpose.SHUFFLE, 2, 1),
              firstLong(Purpose.DROPOUT, 1, 2)
            })
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7, 10, 100})
  void integersAreUniformOverSmallBounds(int bound) {
    Draws draws = shuffles();
    int[] counts = new int[bound];
    for (int i = 0; i < NUM_DRAWS; i++) {
      counts[draws.nextInt(bound)]++;
    }
    assertUniform(counts);
  }

  /** Without rejection one in three of these values would come up a third less often. */
  @Test
  void integersAreUniformWhereTheBoundIsNearTheGeneratorsRange() {
    Draws draws = shuffles();
    int[] counts = new int[3];
    for (int i = 0; i < NUM_DRAWS; i++) {
      counts[draws.nextInt(3 << 29) % 3]++;
    }
    assertUniform(counts);
  }

  @Test
  void theOnlyIntegerBelowOneIsZero() {
    assertThat(shuffles().nextInt(1)).isZero();
  }

  @Test
  void fractionsAreUniformFromZeroToBelowOne() {
    double[] values = values(shuffles()::nextDouble);
    assertThat(DoubleStream.of(values)).allMatch(v -> v >= 0 && v < 1);
    assertThat(mean(values)).isCloseTo(0.5, within(0.003));
    assertThat(stddev(values)).isCloseTo(Math.sqrt(1.0 / 12), within(0.003));
  }

  @Test
  void gaussianHasMeanZeroAndStddevOne() {
    double[] values = values(shuffles()::nextGaussian);
    assertThat(mean(values)).isCloseTo(0, within(0.01));
    assertThat(stddev(values)).isCloseTo(1, within(0.01));
    long outside = DoubleStream.of(values).filter(v -> Math.abs(v) > 2).count();
    assertThat((double) outside / NUM_DRAWS).as("beyond 2 stddev").isCloseTo(0.0455, within(0.002));
  }

  @Test
  void truncatedGaussianHasTheMomentsOfItsClosedForm() {
    double[] values = values(shuffles()::nextTruncatedGaussian);
    // Variance 1 - 2·2·phi(2) / (2·Phi(2) - 1).
    double phi = Math.exp(-2) / Math.sqrt(2 * Math.PI);
    double expected = Math.sqrt(1 - 4 * phi / 0.9544997361036416);
    assertThat(expected).isCloseTo(0.8796, within(1e-4));
    assertThat(DoubleStream.of(values)).allMatch(v -> Math.abs(v) <= 2);
    assertThat(mean(values)).isCloseTo(0, within(0.01));
    assertThat(stddev(values)).isCloseTo(expected, within(0.005));
  }

  private static Draws shuffles() {
    return Draws.of(SEED, Purpose.SHUFFLE);
  }

  private static long firstLong(Purpose purpose, long... place) {
    return Draws.of(SEED, purpose, place).nextLong();
  }

  private static double[] values(DoubleSupplier draw) {
    return DoubleStream.generate(draw).limit(NUM_DRAWS).toArray();
  }

  private static double mean(double[] values) {
    return DoubleStream.of(values).average().orElseThrow();
  }

  private static double stddev(double[] values) {
    double mean = mean(values);
    return Math.sqrt(DoubleStream.of(values).map(v -> (v - mean) * (v - mean)).average().orElse(0));
  }

  /** Pearson's chi-square, at most five of its stddevs above its mean. */
  private static void assertUniform(int[] counts) {
    double expected = (double) NUM_DRAWS / counts.length;
    double chiSquare = 0;
    for (int count : counts) {
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    int freedom = counts.length - 1;
    assertThat(chiSquare).as("seed %d", SEED).isLessThan(freedom + 5 * Math.sqrt(2.0 * freedom));
  }
}
