package gradwire.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import gradwire.error.UsageException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class JobErrorsTest {
  private static final String CLASS_FORM =
      "a Java class name, got %s; try gradwire.examples.mnist.MnistReplica";
  private static final String NAME_FORM =
      "a name of 1 to 64 letters, digits, '.', '_' or '-', a letter or digit first";
  private static final String FORMS =
      "async, sync, {ssp: STEPS} or {sync: {replicas_to_aggregate: COUNT}}";

  @Test
  void allProblemsAreReportedTogetherInReadingOrder() {
    refused(
        """
        experiment: mnist
        estimator:
          entry_class: a.B
          worker_cout: 2
          worker_count: two
        trainin: {}
        """,
        """
        job.yaml:4:3: estimator.worker_cout: unknown key; did you mean worker_count?
        job.yaml:5:17: estimator.worker_count: expected a whole number of at least 1, got "two"; \
        try 2
        job.yaml:6:1: trainin: unknown key; did you mean training?""");
  }

  @Test
  void whatIsMissingIsReportedWhereItsBlockStands() {
    refused(
        "training: {}",
        "job.yaml:1:1: experiment: missing, expected "
            + NAME_FORM
            + "; add experiment: mnist\n"
            + "job.yaml:1:1: estimator.entry_class: missing, expected a Java class name; "
            + "try gradwire.examples.mnist.MnistReplica");
  }

  static Stream<Arguments> estimators() {
    return Stream.of(
        row("entry_class: 9lives", "estimator.entry_class: expected " + CLASS_FORM, "\"9lives\""),
        row("entry_class: [a]", "estimator.entry_class: expected " + CLASS_FORM, "a list"),
        row(
            "entry_class: mnist_replica.py",
            "estimator.entry_class: expected a Java class name, got \"mnist_replica.py\"; "
                + "name a script in entry_script"),
        row(
            "entry_script: train.py",
            "estimator.entry_script: expected one of mnist_replica.py, tf_mnist_replica.py, got "
                + "\"train.py\"; Python does not run here: give entry_class instead"),
        row(
            "node_count: 0",
            "estimator.node_count: expected a whole number of at least 1, got 0; try 2"),
        row(
            "worker_count: -1",
            "estimator.worker_count: expected a whole number of at least 1, got -1; try 2"),
        row(
            "worker_count: 1.5",
            "estimator.worker_count: expected a whole number of at least 1, got 1.5; try 2"),
        row(
            "worker_count: \"2\"",
            "estimator.worker_count: expected a whole number of at least 1, got \"2\"; try 2"),
        row(
            "worker_count: ",
            "estimator.worker_count: expected a whole number of at least 1, got nothing; try 2"),
        row(
            "worker_count: 99999999999999999999",
            "estimator.worker_count: expected a whole number from 1 to 2147483647, got "
                + "99999999999999999999; try 2"),
        row(
            "ps_count: 0",
            "estimator.ps_count: expected a whole number of at least 1, got 0; try 2"),
        row(
            "parameter_server_count: {a: 1}",
            "estimator.parameter_server_count: expected a whole number of at least 1, got a map; "
                + "try 2"),
        row("use_gpu: yes", "estimator.use_gpu: expected true or false, got \"yes\"; try false"),
        row(
            "distributed_backend: mpi",
            "estimator.distributed_backend: expected ps, got \"mpi\"; "
                + "Gradwire trains through parameter servers"),
        row(
            "process_count_per_node: 2",
            "estimator.process_count_per_node: expected 1, got 2; raise worker_count instead"),
        row(
            "max_run_duration_seconds: -5",
            "estimator.max_run_duration_seconds: expected a whole number of at least 0, got -5; "
                + "try 0"),
        row(
            "script_params: [1]",
            "estimator.script_params: expected a map, got a list; write its keys below it"),
        row(
            "script_params: {a: [1]}",
            "estimator.script_params.a: expected a single value, got a list; "
                + "quote it as one string"),
        row(
            "script_params: {--: 1}",
            "estimator.script_params.--: expected a flag's name, got none; name it"),
        row(
            "script_params: {data_dir: a, --input_data: b}",
            "estimator.script_params.--input_data: expected one value for data_dir (\"a\"), got "
                + "\"b\"; remove one of the two"),
        row(
            "script_params: {data_dir: a, data_dir: a}",
            "estimator.script_params.data_dir: duplicate key, first given at job.yaml:3:19; "
                + "remove one"));
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void aWrongEstimatorIsRefused(String line, String message) {
    String entryClass = line.startsWith("entry") ? "" : "  entry_class: a.B\n";
    String text = "experiment: e\nestimator:\n  " + line + "\n" + entryClass;
    refusedAt(text, message);
  }

  @Test
  void twoNamesForOneSettingAreRefused() {
    String text =
        "experiment: e\nestimator: {entry_class: a.B, entry_script: mnist_replica.py,"
            + " ps_count: 1, parameter_server_count: 1}";
    refused(
        text,
        "job.yaml:2:45: estimator.entry_script: expected entry_class or entry_script, not both,"
            + " got \"mnist_replica.py\"; remove one\n"
            + "job.yaml:2:73: estimator.ps_count: expected ps_count or parameter_server_count,"
            + " not both, got 1; remove one");
  }

  @Test
  void dl4jsLayersOnAGpuAreRefusedWhereTheGpuIsAskedFor() {
    refused(
        """
        experiment: mnist
        training: {engine: dl4j}
        estimator: {entry_class: a.B, use_gpu: true, worker_cout: 1}
        """,
        "job.yaml:3:40: estimator.use_gpu: expected engine auto or native, got training.engine:"
            + " dl4j; DL4J's own layers run on the CPU here: ND4J's CUDA backend (nd4j-cuda-11.6)"
            + " is not on the class path\n"
            + "job.yaml:3:46: estimator.worker_cout: unknown key; did you mean worker_count?");
  }

  static Stream<Arguments> trainings() {
    return Stream.of(
        row(
            "consistency: ssp",
            "training.consistency: expected "
                + FORMS
                + ", got \"ssp\"; write {ssp: 3} with its braces"),
        row(
            "consistency: {ssp: 1, sync: 1}",
            "training.consistency: expected "
                + FORMS
                + ", got a map; write {ssp: 3} with its braces"),
        row(
            "consistency: [sync]",
            "training.consistency: expected "
                + FORMS
                + ", got a list; write {ssp: 3} with its braces"),
        row(
            "consistency: {ssp: -1}",
            "training.consistency.ssp: expected a whole number of at least 0, got -1; try 3"),
        row("consistency: {sps: 1}", "training.consistency.sps: unknown key; did you mean ssp?"),
        row(
            "consistency: {sync: {replicas_to_aggregate: 3}}",
            "training.consistency.sync.replicas_to_aggregate: expected a whole number from 1 to 2, "
                + "got 3; try 2"),
        row(
            "consistency: {sync: {replicas_to_aggregate: 0}}",
            "training.consistency.sync.replicas_to_aggregate: expected a whole number from 1 to 2, "
                + "got 0; try 2"),
        row(
            "consistency: {sync: {replicas: 1}}",
            "training.consistency.sync.replicas: unknown key; known keys: replicas_to_aggregate"),
        row(
            "replicas: 0",
            "training.replicas: expected a whole number of at least 1, got 0; try 2"),
        row(
            "seed: 18446744073709551616",
            "training.seed: expected a whole number of at most 64 bits, got 18446744073709551616; "
                + "try 42"),
        row("wire: bfloat16", "training.wire: expected float32, got \"bfloat16\"; use float32"),
        row(
            "checkpoint: 200",
            "training.checkpoint: expected a map, got 200; write its keys below it"),
        row(
            "checkpoint: {every_steps: -1}",
            "training.checkpoint.every_steps: expected a whole number of at least 0, got -1; try 0"),
        row(
            "checkpoint: {keep: 0}",
            "training.checkpoint.keep: expected a whole number of at least 1, got 0; try 3"),
        row("checkpoint: {kep: 1}", "training.checkpoint.kep: unknown key; did you mean keep?"),
        row("stop_at: 0.97", "training.stop_at: expected a map, got 0.97; write its keys below it"),
        row(
            "stop_at: {value: 1}",
            "training.stop_at.metric: missing, expected a metric's name; try test_accuracy"),
        row(
            "stop_at: {metric: ' ', value: 1}",
            "training.stop_at.metric: expected a metric's name, got \" \"; try test_accuracy"),
        row(
            "stop_at: {metric: loss}",
            "training.stop_at.value: missing, expected a finite number; try 0.97"),
        row(
            "stop_at: {metric: loss, value: .inf}",
            "training.stop_at.value: expected a finite number, got .inf; try 0.97"),
        row(
            "{stop_at: {metric: loss, value: 1}, evaluate_every_steps: 0}",
            "training.evaluate_every_steps: expected a whole number of at least 1, got 0; try 200"),
        row(
            "evaluate_every_steps: -1",
            "training.evaluate_every_steps: expected a whole number of at least 0, got -1; try 0"),
        row(
            "wait_timeout_seconds: 0",
            "training.wait_timeout_seconds: expected a whole number of at least 1, got 0; try 120"),
        row(
            "lease_seconds: 0.1",
            "training.lease_seconds: expected a number from 0.2 to 3600, got 0.1; try 2"),
        row(
            "lease_seconds: soon",
            "training.lease_seconds: expected a number from 0.2 to 3600, got \"soon\"; try 2"),
        row("trace: 1", "training.trace: expected true or false, got 1; try false"),
        row(
            "optimizer: [adam]",
            "training.optimizer: expected an optimizer's name or a map with one, got a list; "
                + "try adam"),
        row(
            "optimizer: {learning_rate: 1}",
            "training.optimizer.name: missing, expected an optimizer's name; try adam"),
        row(
            "optimizer: {name: adam, learning_rate: fast}",
            "training.optimizer.learning_rate: expected a finite number, got \"fast\"; try 0.01"),
        row(
            "optimizer: {name: adam, schedule: {decay_steps: 5}}",
            "training.optimizer.schedule.name: missing, expected a schedule's name; try cosine"));
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void aWrongTrainingBlockIsRefused(String line, String message) {
    refusedAt(
        "training:\n  "
            + line
            + "\nexperiment: e\nestimator: {entry_class: a.B, worker_count: 2}\n",
        message);
  }

  static Stream<Arguments> tops() {
    String good = "estimator: {entry_class: a.B}\n";
    return Stream.of(
        row(
            good + "experiment: a/b",
            "experiment: expected " + NAME_FORM + ", got \"a/b\"; try mnist"),
        row(
            good + "experiment: {}",
            "experiment: expected " + NAME_FORM + ", got a map; try mnist"),
        row(
            good + "experiment: e\ncompute_target: spark",
            "compute_target: expected local or inprocess, got \"spark\"; spark is not in this version"),
        row(
            good + "experiment: e\ncompute_target: locale",
            "compute_target: expected local or inprocess, got \"locale\"; did you mean local?"),
        row(
            good + "experiment: e\ncompute_target: moon",
            "compute_target: expected local or inprocess, got \"moon\"; try local"),
        row(
            "experiment: e\nestimator: a.B",
            "estimator: expected a map, got \"a.B\"; write its keys below it"),
        row(
            good + "experiment: e\nzebra: 1",
            "zebra: unknown key; known keys: experiment, estimator, training, compute_target, "
                + "provenance"));
  }

  @ParameterizedTest
  @MethodSource("tops")
  void aWrongTopLevelIsRefused(String text, String message) {
    refusedAt(text, message);
  }

  private static Arguments row(String text, String message, Object... holes) {
    return Arguments.of(text, message.formatted(holes));
  }

  private static void refused(String text, String message) {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> JobFiles.parse("job.yaml", text, List.of(), Map.of()))
        .withMessage(message);
  }

  /** The message alone, whatever its line and column; there may be others beside it. */
  private static void refusedAt(String text, String message) {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> JobFiles.parse("job.yaml", text, List.of(), Map.of()))
        .satisfies(
            refusal ->
                assertThat(String.valueOf(refusal.getMessage()).lines())
                    .anySatisfy(
                        line ->
                            assertThat(line.replaceFirst("^job\\.yaml:\\d+:\\d+: ", ""))
                                .isEqualTo(message)));
  }
}
