package gradwire.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.UsageException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ScheduleSpecTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          exponential  | {decay_rate=0.5, decay_steps=9.0, staircase=0.0, warmup_steps=0.0}
          inverse_time | {decay_rate=0.5, decay_steps=9.0, staircase=0.0, warmup_steps=0.0}
          step         | {decay_rate=0.5, decay_steps=9.0, warmup_steps=0.0}
          """)
  void schedulesWithARateHaveTheseKeysAndDefaults(String name, String expected) {
    ScheduleSpec spec = new ScheduleSpec(name, Map.of("decay_steps", 9.0, "decay_rate", 0.5));
    assertThat(spec.withDefaults().hyperparameters()).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          polynomial | {cycle=0.0, decay_steps=9.0, end_learning_rate=1.0E-4, power=1.0, warmup_steps=0.0}
          cosine     | {alpha=0.0, decay_steps=9.0, warmup_steps=0.0}
          """)
  void schedulesWithAnEndHaveTheseKeysAndDefaults(String name, String expected) {
    ScheduleSpec spec = new ScheduleSpec(name, Map.of("decay_steps", 9.0));
    assertThat(spec.withDefaults().hyperparameters()).hasToString(expected);
  }

  @Test
  void whatHasNoDefaultMustBeSaid() {
    assertThat(new ScheduleSpec("cosine", Map.of()).problems("schedule"))
        .containsExactly(
            "schedule.decay_steps: expected a whole number of steps, at least 1, got nothing;"
                + " set it, cosine has no default for it");
  }

  @ParameterizedTest
  @CsvSource({
    "decay_steps, 0",
    "decay_steps, 10.5",
    "decay_steps, NaN",
    "decay_rate, 0",
    "decay_rate, Infinity",
    "staircase, 2",
    "warmup_steps, -1"
  })
  void aValueOutOfRangeIsRefused(String key, double value) {
    Map<String, Double> right = Map.of("decay_steps", 9.0, "decay_rate", 0.5);
    Map<String, Double> wrong = new java.util.HashMap<>(right);
    wrong.put(key, value);
    assertThat(new ScheduleSpec("exponential", right).problems("schedule")).isEmpty();
    ScheduleSpec spec = new ScheduleSpec("exponential", wrong);
    assertThat(spec.problems("schedule")).singleElement().asString().startsWith("schedule." + key);
    assertThatThrownBy(spec::withDefaults).isInstanceOf(UsageException.class);
  }
}
