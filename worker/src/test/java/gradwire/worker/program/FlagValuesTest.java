package gradwire.worker.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.UsageException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FlagValuesTest {
  private static final List<Flag> FLAGS =
      List.of(
          new Flag("batch_size", "100", "examples of a gradient, from 1"),
          new Flag("learning_rate", "0.01", "above 0"),
          new Flag("sync_replicas", "False", "true or false"));

  @Test
  void defaultsStandWhereTheJobSaysNothing() {
    FlagValues values = FlagValues.of(FLAGS, Map.of("batch_size", " 32 "));

    assertThat(values.count("batch_size", 1)).isEqualTo(32);
    assertThat(values.positive("learning_rate")).isEqualTo(0.01);
    assertThat(values.isTrue("sync_replicas")).isFalse();
    assertThat(values.has("sync_replicas")).isTrue();
    assertThat(values.has("hidden_units")).isFalse();
  }

  @Test
  void everyUnknownFlagIsNamed() {
    assertThatThrownBy(() -> FlagValues.of(FLAGS, Map.of("batchsize", "1", "x", "2")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(
            "estimator.script_params.batchsize: expected a flag of the entry class, got an unknown"
                + " one; known are [batch_size, learning_rate, sync_replicas]")
        .hasMessageContaining("estimator.script_params.x: expected a flag");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "ten", "1.5", "", "2147483648", "9223372036854775808"})
  void aCountThatIsNoneIsRefusedByName(String text) {
    assertThatThrownBy(() -> values("batch_size", text).count("batch_size", 1))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "estimator.script_params.batch_size: expected a whole number from 1 to 2147483647, got"
                + " \"%s\"; correct the job file",
            text);
  }

  @Test
  void aWholeNumberMayBeLong() {
    assertThat(values("batch_size", "2147483648").wholeNumber("batch_size", 1)).isEqualTo(1L << 31);
    assertThatThrownBy(() -> values("batch_size", "0").wholeNumber("batch_size", 1))
        .hasMessageContaining("expected a whole number of at least 1, got \"0\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0.5", "NaN", "Infinity", "fast", ""})
  void aRateThatIsNotPositiveIsRefusedByName(String text) {
    assertThatThrownBy(() -> values("learning_rate", text).positive("learning_rate"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "estimator.script_params.learning_rate: expected a number above 0, got \"%s\"; correct"
                + " the job file",
            text);
  }

  @Test
  void aSwitchIsTrueOrFalseInAnyCase() {
    assertThat(values("sync_replicas", "TRUE").isTrue("sync_replicas")).isTrue();
    assertThatThrownBy(() -> values("sync_replicas", "yes").isTrue("sync_replicas"))
        .hasMessage(
            "estimator.script_params.sync_replicas: expected true or false, got yes; try true");
  }

  private static FlagValues values(String name, String value) {
    return FlagValues.of(FLAGS, Map.of(name, value));
  }
}
