package gradwire.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import gradwire.error.UsageException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class OverridesTest {
  private static final String FILE =
      """
      experiment: mnist
      estimator:
        entry_script: mnist_replica.py
        worker_count: two
        parameter_server_count: 1
        script_params: {--train_steps: 500, input_data: /a}
      """;

  @Test
  void anOverrideReplacesTheFilesValueBeforeAnythingIsChecked() {
    JobFile job =
        parse("estimator.worker_count=4", "training.consistency={ssp: 3}", "training.seed=7");

    assertThat(job.estimator().workerCount()).isEqualTo(4);
    assertThat(job.training().consistency()).isEqualTo(new Consistency.Ssp(3));
    assertThat(job.training().seed()).isEqualTo(7);
  }

  @Test
  void anOverrideReplacesAlsoWhatTheFileGaveUnderAnotherName() {
    JobFile job =
        parse(
            "estimator.worker_count=2",
            "estimator.ps_count=3",
            "estimator.entry_class=a.B",
            "estimator.script_params.train_steps=20000",
            "estimator.script_params.data_dir=/b");

    assertThat(job.estimator().parameterServerCount()).isEqualTo(3);
    assertThat(job.estimator().entryClass()).isEqualTo("a.B");
    assertThat(job.estimator().scriptParams())
        .isEqualTo(Map.of("train_steps", "20000", "data_dir", "/b"));
  }

  @Test
  void theLastOverrideWinsAndMayReachIntoAnotherForm() {
    JobFile job =
        parse(
            "estimator.worker_count=3",
            "training.consistency=async",
            "training.consistency.sync.replicas_to_aggregate=2",
            "training.stop_at={metric: loss, value: 1}",
            "training.stop_at=null");

    assertThat(job.training().consistency()).isEqualTo(new Consistency.Sync(OptionalInt.of(2)));
    assertThat(job.training().stopAt()).isEmpty();
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(
            "worker_count",
            "--set worker_count: expected KEY=VALUE, got \"worker_count\"; "
                + "try --set estimator.worker_count=4"),
        Arguments.of(
            "a..b=1",
            "--set a..b: expected KEY=VALUE, got \"a..b=1\"; try --set estimator.worker_count=4"),
        Arguments.of(
            "=1", "--set : expected KEY=VALUE, got \"=1\"; try --set estimator.worker_count=4"),
        Arguments.of(
            "estimator.worker_cout=4",
            "--set estimator.worker_cout: unknown key; did you mean worker_count?"),
        Arguments.of(
            "estimater.worker_count=4",
            "--set estimater.worker_count: estimater: unknown key; did you mean estimator?"),
        Arguments.of(
            "estimator.node_count=none",
            "--set estimator.node_count: expected a whole number of at least 1, got \"none\"; "
                + "try 2"),
        Arguments.of(
            "estimator.node_count.x=1",
            "--set estimator.node_count.x: estimator.node_count: expected a whole number of at "
                + "least 1, got a map; try 2"),
        Arguments.of(
            "training.checkpoint={keep: 0}",
            "--set training.checkpoint: training.checkpoint.keep: expected a whole number of at "
                + "least 1, got 0; try 3"),
        Arguments.of(
            "experiment=",
            "--set experiment: expected a name of 1 to 64 letters, digits, '.', '_' or '-', a "
                + "letter or digit first, got nothing; try mnist"),
        Arguments.of(
            "training.consistency={ssp: 3",
            "--set training.consistency: expected well-formed YAML or JSON, got: while parsing a flow "
                + "mapping, expected ',' or '}', but got <stream end>; correct the text there"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aWrongOverrideIsReportedAsOne(String set, String message) {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> parse("estimator.worker_count=2", set))
        .withMessage(message);
  }

  private static JobFile parse(String... sets) {
    return JobFiles.parse("job.yaml", FILE, List.of(sets), Map.of()).job();
  }
}
