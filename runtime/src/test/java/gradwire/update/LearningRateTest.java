package gradwire.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.error.GradwireException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against values worked out by hand: rate 0.8 at first, {@code decay_steps} 10. */
final class LearningRateTest {
  @ParameterizedTest
  @CsvSource({
    "exponential, staircase, 0, 1, 0.8",
    "exponential, staircase, 0, 6, 0.5656854249492380", // 0.8 * sqrt(1/2)
    "exponential, staircase, 0, 21, 0.2",
    "exponential, staircase, 1, 10, 0.8",
    "exponential, staircase, 1, 11, 0.4",
    "inverse_time, staircase, 0, 1, 0.8",
    "inverse_time, staircase, 0, 6, 0.64", // 0.8 / (1 + 0.5 * 0.5)
    "inverse_time, staircase, 1, 10, 0.8",
    "inverse_time, staircase, 1, 21, 0.4", // 0.8 / (1 + 0.5 * 2)
    "step, warmup_steps, 0, 10, 0.8",
    "step, warmup_steps, 0, 31, 0.1"
  })
  void schedulesWithADecayRateOfOneHalf(
      String name, String key, double value, long updateNumber, double expected) {
    Map<String, Double> settings = Map.of("decay_steps", 10.0, "decay_rate", 0.5, key, value);
    assertThat(rate(name, settings).at(updateNumber)).isCloseTo(expected, within(1e-15));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 0.8",
    "0, 6, 0.275", // 0.7 / 4 + 0.1
    "0, 11, 0.1",
    "0, 1000, 0.1",
    "1, 1, 0.8",
    "1, 11, 0.1",
    "1, 16, 0.14375", // 15 of 20 steps: 0.7 / 16 + 0.1
    "1, 21, 0.1"
  })
  void polynomialOfPowerTwoEndsAtOneTenth(double cycle, long updateNumber, double expected) {
    Map<String, Double> settings =
        Map.of("decay_steps", 10.0, "end_learning_rate", 0.1, "power", 2.0, "cycle", cycle);
    assertThat(rate("polynomial", settings).at(updateNumber)).isCloseTo(expected, within(1e-15));
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 0.8", "0, 6, 0.4", "0, 11, 0", "0, 99, 0", "0.5, 6, 0.6", "0.5, 99, 0.4"})
  void cosineEndsAtAlphaTimesTheRate(double alpha, long updateNumber, double expected) {
    Map<String, Double> settings = Map.of("decay_steps", 10.0, "alpha", alpha);
    assertThat(rate("cosine", settings).at(updateNumber)).isCloseTo(expected, within(1e-15));
  }

  @ParameterizedTest
  @CsvSource({"1, 0.2", "2, 0.4", "4, 0.8", "5, 0.8", "14, 0.8", "15, 0.4"})
  void warmupRampsUpAndThenTheScheduleStartsFromItsOwnZero(long updateNumber, double expected) {
    Map<String, Double> settings =
        Map.of("decay_steps", 10.0, "decay_rate", 0.5, "warmup_steps", 4.0);
    assertThat(rate("step", settings).at(updateNumber)).isCloseTo(expected, within(1e-15));
  }

  @Test
  void constantStaysWhatItIs() {
    assertThat(rate("constant", Map.of()).at(1)).isEqualTo(0.8);
    assertThat(rate("constant", Map.of()).at(1L << 40)).isEqualTo(0.8);
  }

  @Test
  void updatesCountFromOne() {
    assertThatThrownBy(() -> rate("constant", Map.of()).at(0))
        .isInstanceOf(GradwireException.class)
        .hasMessage("updateNumber: expected at least 1, got 0; count updates from 1");
  }

  private static LearningRate rate(String name, Map<String, Double> settings) {
    return LearningRate.of(
        new OptimizerSpec("sgd", Map.of("learning_rate", 0.8), new ScheduleSpec(name, settings)));
  }
}
