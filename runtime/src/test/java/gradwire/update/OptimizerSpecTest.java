package gradwire.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class OptimizerSpecTest {
  private static final String WHERE = "training.optimizer";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sgd      | {learning_rate=0.01, weight_decay=0.0}
          momentum | {learning_rate=0.01, momentum=0.9, weight_decay=0.0}
          nesterov | {learning_rate=0.01, momentum=0.9, weight_decay=0.0}
          adagrad  | {initial_accumulator_value=0.1, learning_rate=0.001, weight_decay=0.0}
          rmsprop  | {decay=0.9, epsilon=1.0E-10, learning_rate=0.001, momentum=0.0, weight_decay=0.0}
          adam     | {beta1=0.9, beta2=0.999, epsilon=1.0E-8, learning_rate=0.001, weight_decay=0.0}
          adamw    | {beta1=0.9, beta2=0.999, epsilon=1.0E-8, learning_rate=0.001, weight_decay=0.004}
          """)
  void everyOptimizerHasTheseKeysAndDefaults(String name, String expected) {
    OptimizerSpec filled = OptimizerSpec.of(name, Map.of()).withDefaults();
    assertThat(filled.hyperparameters()).hasToString(expected);
    assertThat(filled.schedule().hyperparameters()).isEqualTo(Map.of("warmup_steps", 0.0));
  }

  @ParameterizedTest
  @EnumSource
  void defaultsLieInTheirRangesAndFillingTwiceChangesNothing(KnownOptimizer known) {
    OptimizerSpec filled = OptimizerSpec.of(known.lowerCaseName(), Map.of()).withDefaults();
    assertThat(filled.problems(WHERE)).isEmpty();
    assertThat(filled.withDefaults()).isEqualTo(filled);
    assertThat(filled.known()).isEqualTo(known);
  }

  @Test
  void whatTheJobSaysWinsOverTheDefault() {
    OptimizerSpec spec = OptimizerSpec.of("adam", Map.of("learning_rate", 0.01)).withDefaults();
    assertThat(spec.hyperparameter("learning_rate")).isEqualTo(0.01);
    assertThat(spec.hyperparameter("beta1")).isEqualTo(0.9);
  }

  @Test
  void unknownOptimizerIsReportedWithTheNearestKnownOne() {
    assertThat(OptimizerSpec.of("adm", Map.of()).problems(WHERE))
        .containsExactly(
            "training.optimizer.name: expected one of sgd, momentum, nesterov, adagrad, rmsprop,"
                + " adam, adamw, got adm; did you mean adam?");
  }

  @Test
  void aNameThatIsNearNothingGetsNoGuess() {
    assertThat(OptimizerSpec.of("levenberg", Map.of()).problems(WHERE))
        .singleElement()
        .asString()
        .endsWith("got levenberg; use one of these");
  }

  @Test
  void allProblemsAreReportedTogether() {
    OptimizerSpec spec =
        new OptimizerSpec(
            "adam",
            Map.of("beta_1", 0.9, "learning_rate", -1.0, "epsilon", 1e-60, "beta2", 1.0),
            new ScheduleSpec("exponentail", Map.of()));
    assertThat(spec.problems(WHERE))
        .containsExactly(
            "training.optimizer.beta_1: expected one of adam's learning_rate, beta1, beta2,"
                + " epsilon, weight_decay, got beta_1; did you mean beta1?",
            "training.optimizer.learning_rate: expected a number above 0 that float32 can hold,"
                + " got -1.0; adam's default is 0.001",
            "training.optimizer.beta2: expected a number from 0 up to, but not including, 1,"
                + " got 1.0; adam's default is 0.999",
            "training.optimizer.epsilon: expected a number above 0 that float32 can hold,"
                + " got 1.0E-60; adam's default is 1.0E-8",
            "training.optimizer.schedule.name: expected one of constant, exponential,"
                + " inverse_time, polynomial, cosine, step, got exponentail;"
                + " did you mean exponential?");
  }

  @Test
  void defaultsAreRefusedToASpecWithProblems() {
    assertThatThrownBy(OptimizerSpec.of("sgd", Map.of("momentum", 0.9))::withDefaults)
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "optimizer.momentum: expected one of sgd's learning_rate, weight_decay, got momentum;"
                + " use one of these");
    assertThatThrownBy(OptimizerSpec.of("lion", Map.of())::known)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("got lion");
  }

  @Test
  void aValueThatWasNeverFilledInIsNotGuessed() {
    assertThatThrownBy(() -> OptimizerSpec.of("adam", Map.of()).hyperparameter("beta1"))
        .isInstanceOf(GradwireException.class)
        .hasMessage("optimizer.beta1: expected a value, got nothing; fill in the defaults first");
  }
}
