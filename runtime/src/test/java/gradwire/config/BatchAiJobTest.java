package gradwire.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import gradwire.error.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class BatchAiJobTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("gradwire.repository", ".."), "examples/mnist/batchai/job.json");
  private static final String CLASS = "gradwire.examples.mnist.MnistReplica";

  @Test
  void theExampleIsTheReferenceJob() {
    LoadedJob loaded = JobFiles.load(EXAMPLE, List.of(), Map.of());

    assertThat(loaded.job())
        .isEqualTo(
            new JobFile(
                "mnist_replica",
                new Estimator(CLASS, 2, 2, 1, false, Map.of("train_steps", "10000"), 0),
                Training.DEFAULT,
                ComputeTarget.LOCAL));
  }

  @Test
  void warningsNameAllThatHasNoEffect() {
    LoadedJob loaded = JobFiles.load(EXAMPLE, List.of(), Map.of());
    String settings = "properties.tensorFlowSettings.masterCommandLineArgs: ";

    assertThat(loaded.warnings().stream().map(BatchAiJobTest::withoutPlace))
        .containsExactly(
            "properties.containerSettings: ignored; it has no meaning outside Batch AI",
            "properties.stdOutErrPathPrefix: ignored; the run folder keeps all output",
            "properties.mountVolumes: ignored; it has no meaning outside Batch AI",
            "properties.outputDirectories: ignored; the run folder keeps all output",
            settings + "--num_gpus=1 left out; estimator.use_gpu says what computes",
            settings
                + "--data_dir=$AZ_BATCHAI_INPUT_DATASET left out; AZ_BATCHAI_INPUT_DATASET is not "
                + "set here, so the script's own default holds",
            settings
                + "--checkpoint_dir=$AZ_BATCHAI_OUTPUT_MODEL left out; AZ_BATCHAI_OUTPUT_MODEL is "
                + "not set here, so the script's own default holds",
            settings
                + "--log_dir=$AZ_BATCHAI_OUTPUT_TENSORBOARD left out; AZ_BATCHAI_OUTPUT_TENSORBOARD "
                + "is not set here, so the script's own default holds");
    assertThat(loaded.warnings().getFirst()).startsWith(EXAMPLE + ":5:5: ");
  }

  @Test
  void foldersAreResolvedFromTheEnvironmentAndFromInputDirectories() {
    Map<String, String> direct =
        Map.of("AZ_BATCHAI_INPUT_DATASET", "/d", "AZ_BATCHAI_OUTPUT_MODEL", "/m");
    Map<String, String> mounted = Map.of("AZ_BATCHAI_JOB_MOUNT_ROOT", "/mnt");

    assertThat(params(JobFiles.load(EXAMPLE, List.of(), direct)))
        .isEqualTo(Map.of("train_steps", "10000", "data_dir", "/d", "checkpoint_dir", "/m"));
    assertThat(params(JobFiles.load(EXAMPLE, List.of(), mounted)))
        .isEqualTo(Map.of("train_steps", "10000", "data_dir", "/mnt/data/mnist"));
  }

  @Test
  void overridesReachABatchAiJob() {
    JobFile job =
        JobFiles.load(
            EXAMPLE,
            List.of(
                "estimator.script_params.train_steps=200",
                "estimator.ps_count=2",
                "training.consistency=sync",
                "experiment=again"));

    assertThat(job.experiment()).isEqualTo("again");
    assertThat(job.estimator().parameterServerCount()).isEqualTo(2);
    assertThat(job.estimator().scriptParams()).containsEntry("train_steps", "200");
    assertThat(job.training().consistency().text()).isEqualTo("sync");
  }

  @Test
  void countsDefaultAsInBatchAiAndSettingsMayStandAtTheTop() {
    JobFile job =
        parse(
            """
            {"nodeCount": 3, "location": "eastus", "cluster": null, "tensorFlowSettings":
              {"pythonScriptFilePath": "tf_mnist_replica.py", "workerCount": null,
               "workerCommandLineArgs": "--note 'two words' --x=\\"a b\\" --sync_replicas"}}
            """);

    assertThat(job.estimator())
        .isEqualTo(
            new Estimator(
                CLASS,
                3,
                3,
                1,
                false,
                Map.of("note", "two words", "x", "a b", "sync_replicas", "true"),
                0));
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(
            "{\"properties\": {\"cntkSettings\": {}}}",
            "properties.tensorFlowSettings: missing, expected tensorFlowSettings, got cntkSettings; "
                + "only Batch AI's TensorFlow jobs run here"),
        Arguments.of(
            "{\"properties\": {\"tensorFlowSettings\": 3}}",
            "properties.tensorFlowSettings: expected a map, got 3; see Batch AI's job.json"),
        Arguments.of(
            settings("\"workerCount\": \"two\""),
            "tensorFlowSettings.workerCount: expected a whole number of at least 1, got \"two\"; "
                + "try 2"),
        Arguments.of(
            settings("\"masterCommandLineArgs\": \"--a 1\", \"workerCommandLineArgs\": \"--a 2\""),
            "tensorFlowSettings.workerCommandLineArgs: expected one value for --a (\"1\", given "
                + "first), got \"2\"; a job has one set of script flags"),
        Arguments.of(
            settings("\"masterCommandLineArgs\": \"train --a 1\""),
            "tensorFlowSettings.masterCommandLineArgs: expected a flag such as --name=value, got "
                + "\"train\"; write a value right after its flag"),
        Arguments.of(
            settings("\"masterCommandLineArgs\": [\"--a\"]"),
            "tensorFlowSettings.masterCommandLineArgs: expected a command line, got a list; "
                + "write it as one string"),
        Arguments.of(
            "{\"tensorFlowSettings\": {\"pythonScriptFilePath\": \"x/train.py\"}}",
            "tensorFlowSettings.pythonScriptFilePath: expected one of mnist_replica.py, "
                + "tf_mnist_replica.py, got \"x/train.py\"; "
                + "Python does not run here: give entry_class instead"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aWrongJobIsRefusedAtItsPlaceInTheJson(String json, String message) {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> parse(json))
        .satisfies(
            refusal ->
                assertThat(String.valueOf(refusal.getMessage()).lines())
                    .anySatisfy(line -> assertThat(withoutPlace(line)).isEqualTo(message)));
  }

  private static String settings(String more) {
    return "{\"tensorFlowSettings\": {\"pythonScriptFilePath\": \"mnist_replica.py\", "
        + more
        + "}}";
  }

  private static JobFile parse(String json) {
    return JobFiles.parse("job.json", json, List.of(), Map.of()).job();
  }

  private static Map<String, String> params(LoadedJob loaded) {
    return loaded.job().estimator().scriptParams();
  }

  private static String withoutPlace(String line) {
    return line.replaceFirst("^.*?job\\.json:\\d+:\\d+: ", "");
  }
}
