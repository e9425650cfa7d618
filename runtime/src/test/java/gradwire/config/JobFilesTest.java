package gradwire.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import gradwire.error.UsageException;
import gradwire.update.OptimizerSpec;
import gradwire.update.ScheduleSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class JobFilesTest {
  private static final String LEAST =
      """
      experiment: mnist
      estimator:
        entry_class: gradwire.examples.mnist.MnistReplica
      """;

  private static final String ALL_KEYS =
      """
      experiment: mnist-1
      estimator:
        entry_class: a.b.C$D
        node_count: 2
        worker_count: 3
        parameter_server_count: 4
        distributed_backend: ps
        process_count_per_node: 1
        use_gpu: true
        script_params: {--train_steps: 500, rate: 1e-2, --input_data: /data, --fast: , q: "true"}
        max_run_duration_seconds: 60
      training:
        consistency: {sync: {replicas_to_aggregate: 2}}
        seed: -7
        wire: float32
        checkpoint: {every_steps: 200, keep: 5}
        stop_at: {metric: test_accuracy, value: 0.97}
        evaluate_every_steps: 50
        optimizer:
          name: adam
          learning_rate: 0.01
          epsilon: 1e-8
          schedule: {name: cosine, decay_steps: 1000}
        wait_timeout_seconds: 9
        lease_seconds: 0.5
        transport: uds
        tls: true
        engine: native
        trace: true
      compute_target: inprocess
      provenance: {any: [thing]}
      """;

  private static final JobFile ALL =
      new JobFile(
          "mnist-1",
          new Estimator(
              "a.b.C$D",
              2,
              3,
              4,
              true,
              Map.of(
                  "train_steps",
                  "500",
                  "rate",
                  "1e-2",
                  "data_dir",
                  "/data",
                  "fast",
                  "true",
                  "q",
                  "true"),
              60),
          new Training(
              new Consistency.Sync(OptionalInt.of(2)),
              -7,
              WireFormat.FLOAT32,
              new CheckpointPlan(200, 5),
              Optional.of(new StopAt("test_accuracy", 0.97)),
              50,
              Optional.of(
                  new OptimizerSpec(
                      "adam",
                      Map.of("learning_rate", 0.01, "epsilon", 1e-8),
                      new ScheduleSpec("cosine", Map.of("decay_steps", 1000.0)))),
              9,
              0.5,
              Transport.UDS,
              true,
              true,
              OptionalInt.empty(),
              EngineChoice.NATIVE),
          ComputeTarget.INPROCESS);

  @Test
  void theLeastJobHasTheseDefaults() {
    JobFile job = JobFiles.parse("job.yaml", LEAST);

    assertThat(job)
        .isEqualTo(
            new JobFile(
                "mnist",
                new Estimator("gradwire.examples.mnist.MnistReplica", 1, 1, 1, false, Map.of(), 0),
                new Training(
                    new Consistency.Async(),
                    42,
                    WireFormat.FLOAT32,
                    new CheckpointPlan(0, 3),
                    Optional.empty(),
                    0,
                    Optional.empty(),
                    120,
                    2,
                    Transport.AUTO,
                    false,
                    false,
                    OptionalInt.empty(),
                    EngineChoice.AUTO),
                ComputeTarget.LOCAL));
  }

  @Test
  void everyKeyIsRead() {
    JobFile job = JobFiles.parse("job.yaml", ALL_KEYS);

    assertThat(job).isEqualTo(ALL);
    assertThat(job.estimator().scriptParams().keySet())
        .containsExactly("train_steps", "rate", "data_dir", "fast", "q");
  }

  @Test
  void jsonIsReadAsWell() {
    String json = "{\n\t\"experiment\": \"e\",\n\t\"estimator\": {\"entry_class\": \"a\\/B\"}\n}";

    assertThat(JobFiles.parse("job.json", json.replace("\\/", ".")).experiment()).isEqualTo("e");
  }

  @Test
  void emptyBlocksReadAsTheirDefaults() {
    assertThat(JobFiles.parse("job.yaml", LEAST + "  script_params:\ntraining:\n"))
        .isEqualTo(JobFiles.parse("job.yaml", LEAST));
    assertThat(JobFiles.parse("job.yaml", LEAST + "training: {stop_at: ~, optimizer: null}\n"))
        .isEqualTo(JobFiles.parse("job.yaml", LEAST));
  }

  @Test
  void aTargetMakesEvaluationPeriodic() {
    JobFile job = JobFiles.parse("j", LEAST + "training: {stop_at: {metric: m, value: 1}}");

    assertThat(job.training().evaluateEverySteps()).isEqualTo(200);
  }

  @Test
  void theEstimatorOfTheReferenceNotebookIsRead() {
    LoadedJob loaded =
        JobFiles.parse(
            "job.yaml",
            """
            experiment: tf-distr
            estimator:
              source_directory: .
              entry_script: tf_mnist_replica.py
              script_params: {--num_gpus: 1, --train_steps: 500}
              node_count: 2
              worker_count: 2
              ps_count: 1
              distributed_backend: ps
              use_gpu: False
            """,
            List.of(),
            Map.of());

    assertThat(loaded.job().estimator())
        .isEqualTo(
            new Estimator(
                "gradwire.examples.mnist.MnistReplica",
                2,
                2,
                1,
                false,
                Map.of("num_gpus", "1", "train_steps", "500"),
                0));
    assertThat(loaded.warnings())
        .containsExactly(
            "job.yaml:3:21: estimator.source_directory: ignored; "
                + "the entry class is found on the class path");
  }

  static Stream<Arguments> consistencies() {
    return Stream.of(
        Arguments.of("async", new Consistency.Async(), "async"),
        Arguments.of("sync", new Consistency.Sync(OptionalInt.empty()), "sync"),
        Arguments.of("{sync: }", new Consistency.Sync(OptionalInt.empty()), "sync"),
        Arguments.of("{async: {}}", new Consistency.Async(), "async"),
        Arguments.of("{ssp: 3}", new Consistency.Ssp(3), "{ssp: 3}"),
        Arguments.of(
            "{sync: {replicas_to_aggregate: 1}}",
            new Consistency.Sync(OptionalInt.of(1)),
            "{sync: {replicas_to_aggregate: 1}}"));
  }

  @ParameterizedTest
  @MethodSource("consistencies")
  void consistencyIsReadAndWrittenBack(String written, Consistency read, String text) {
    JobFile job = JobFiles.parse("j", LEAST + "training: {consistency: " + written + "}");

    assertThat(job.training().consistency()).isEqualTo(read);
    assertThat(read.text()).isEqualTo(text);
    assertThat(JobFiles.parse("j", JobFiles.write(job, Map.of()))).isEqualTo(job);
  }

  @Test
  void whatIsWrittenParsesBackToAnEqualJob() {
    Map<String, String> provenance = Map.of("version", "0.1.0", "machine", "a: b\n# \"c\"");
    Map<String, String> nasty =
        Map.of("a", "", "b", "null", "c", "true", "d", "0x10", "e", " - x: 'y' #\n\té\uD83D\uDE00");
    Estimator estimator = new Estimator("a.B", 1, 1, 1, false, nasty, 0);
    OptimizerSpec numbers =
        new OptimizerSpec(
            "adam",
            Map.of("a", 1e-8, "b", 1.0, "c", 1e300, "d", Double.MIN_VALUE, "e", -0.1),
            ScheduleSpec.CONSTANT);
    Training training =
        new Training(
            new Consistency.Ssp(0),
            Long.MIN_VALUE,
            WireFormat.FLOAT32,
            CheckpointPlan.DEFAULT,
            Optional.of(new StopAt("loss", 1e-7)),
            1,
            Optional.of(numbers),
            1,
            0.2,
            Transport.SHM,
            false,
            true,
            OptionalInt.of(1),
            EngineChoice.DL4J);
    JobFile job = new JobFile("007", estimator, training, ComputeTarget.LOCAL);

    assertThat(JobFiles.parse("job.yaml", JobFiles.write(job, provenance))).isEqualTo(job);
    assertThat(JobFiles.parse("job.yaml", JobFiles.write(ALL, provenance))).isEqualTo(ALL);
  }

  @Test
  void replicasAreAsManyAsWorkersUnlessTold() {
    JobFile plain = JobFiles.parse("j", LEAST + "  worker_count: 3\n");
    JobFile told = JobFiles.parse("j", LEAST + "training: {replicas: 4, consistency: sync}");

    assertThat(plain.training().numReplicas(plain.estimator().workerCount())).isEqualTo(3);
    assertThat(told.training().numReplicas(told.estimator().workerCount())).isEqualTo(4);
    assertThat(JobFiles.parse("j", JobFiles.write(told, Map.of()))).isEqualTo(told);
  }

  @Test
  void backupGradientsAreBackupWorkers() {
    String job = LEAST + "training: {replicas: 4, consistency: {sync: {replicas_to_aggregate: 3}}}";

    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> JobFiles.parse("j", job))
        .withMessage(
            "training.replicas: expected worker_count (1) with replicas_to_aggregate, got 4;"
                + " leave out either");
  }

  @Test
  void aWorkerTakesTheGpuOfItsIndexWhereTheJobUsesGpus() {
    assertThat(ComputeChoice.of(EngineChoice.AUTO, true, 3))
        .isEqualTo(new ComputeChoice(EngineChoice.AUTO, OptionalInt.of(3)));
    assertThat(ComputeChoice.of(EngineChoice.DL4J, false, 3))
        .isEqualTo(ComputeChoice.cpu(EngineChoice.DL4J));
  }

  @Test
  void theOptimizerMayBeANameAlone() {
    JobFile job =
        JobFiles.parse("j", LEAST + "training: {optimizer: {name: sgd, schedule: cosine}}");
    JobFile plain = JobFiles.parse("j", LEAST + "training: {optimizer: sgd}");

    assertThat(job.training().optimizer())
        .contains(new OptimizerSpec("sgd", Map.of(), new ScheduleSpec("cosine", Map.of())));
    assertThat(plain.training().optimizer())
        .contains(new OptimizerSpec("sgd", Map.of(), ScheduleSpec.CONSTANT));
  }

  static Stream<Arguments> targets() {
    return Stream.of(
        Arguments.of("test_accuracy", 0.97, true),
        Arguments.of("test_accuracy", 0.9699, false),
        Arguments.of("train_loss", 0.9, true),
        Arguments.of("train_loss", 0.98, false),
        Arguments.of("validation_cross_entropy", 0.97, true),
        Arguments.of("validation_cross_entropy", Double.NaN, false),
        Arguments.of("test_accuracy", Double.NaN, false));
  }

  @ParameterizedTest
  @MethodSource("targets")
  void lossesFallToTheTargetAndOthersRise(String metric, double measured, boolean reached) {
    assertThat(new StopAt(metric, 0.97).reachedBy(measured)).isEqualTo(reached);
  }

  @Test
  void recordsRefuseWhatTheFileMayNotSay() {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> new CheckpointPlan(-1, 3))
        .withMessage(
            "training.checkpoint.every_steps: expected at least 0 steps, got -1; "
                + "0 saves only at the end");
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> new Estimator("a.B", 1, 0, 1, false, Map.of(), 0))
        .withMessage("estimator.worker_count: expected at least 1, got 0; try 1");
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(
            () -> new JobFile("e", Estimator.of("a.B"), ALL.training(), ComputeTarget.LOCAL))
        .withMessage(
            "training.consistency.sync.replicas_to_aggregate: expected at most worker_count (1), "
                + "got 2; lower it or raise worker_count");
  }

  @Test
  void aFileIsLoadedWithItsOverrides(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("job.yaml"), LEAST);

    JobFile job = JobFiles.load(file, List.of("estimator.worker_count=4", "experiment=other"));

    assertThat(job.experiment()).isEqualTo("other");
    assertThat(job.estimator().workerCount()).isEqualTo(4);
  }

  @Test
  void onOtherNumbersOfTasksAJobKeepsItsReplicasAndItsFingerprint() {
    JobFile job = JobFiles.parse("job", LEAST + "  worker_count: 3\n");
    JobFile moved = job.on(1, 2);

    assertThat(moved.estimator().workerCount()).isEqualTo(1);
    assertThat(moved.estimator().parameterServerCount()).isEqualTo(2);
    assertThat(moved.numReplicas()).isEqualTo(3);
    assertThat(moved.fingerprint()).isEqualTo(job.fingerprint());
    assertThat(moved.on(1, 5).training().replicas()).isEqualTo(OptionalInt.of(3));
    assertThat(job.on(3, 2).training()).isEqualTo(job.training());
    assertThat(JobFiles.parse("job", LEAST).fingerprint()).isNotEqualTo(job.fingerprint());
  }
}
