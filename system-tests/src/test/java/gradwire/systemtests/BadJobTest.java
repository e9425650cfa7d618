package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Jobs that cannot be meant: refused with exit code 2, before anything is started. */
final class BadJobTest {
  @TempDir Path folder;

  /** What is wrong, the override that makes it so, and what the message must say. */
  static Stream<Arguments> badSettings() {
    return Stream.of(
        bad(
            "unknown key",
            "estimator.worker_cuont=2",
            "--set estimator.worker_cuont",
            "unknown key; did you mean worker_count?"),
        bad(
            "unknown section",
            "trainings.seed=2",
            "--set trainings.seed",
            "unknown key; did you mean training?"),
        bad(
            "wrong type",
            "estimator.worker_count=two",
            "expected a whole number of at least 1, got \"two\""),
        bad(
            "no workers",
            "estimator.worker_count=0",
            "expected a whole number of at least 1, got 0"),
        bad(
            "no servers",
            "estimator.parameter_server_count=0",
            "expected a whole number of at least 1, got 0"),
        bad(
            "more replicas than workers",
            "training.consistency={sync: {replicas_to_aggregate: 3}}",
            "replicas_to_aggregate: expected a whole number from 1 to 2, got 3"),
        bad("unknown consistency", "training.consistency=eventual", "expected async, sync,"),
        bad("negative staleness", "training.consistency={ssp: -1}", "at least 0, got -1"),
        bad("unknown wire", "training.wire=float8", "expected float32, got \"float8\""),
        bad("unknown optimizer", "training.optimizer=adma", "adam"),
        bad("bad rate", "training.optimizer={name: adam, learning_rate: -1}", "learning_rate"),
        bad("a target that is no number", "training.stop_at={metric: loss, value: low}", "finite"),
        bad("keep nothing", "training.checkpoint={every_steps: 1, keep: 0}", "at least 1, got 0"),
        bad("a set without a value", "estimator.worker_count", "expected KEY=VALUE, got"),
        bad("a set that is no YAML", "training.checkpoint={every_steps", "--set training"),
        bad("a later target", "compute_target=slurm", "slurm is not in this version"),
        bad("an experiment that names no folder", "experiment=../up", "experiment: expected"),
        bad(
            "unknown entry class",
            "estimator.entry_class=gradwire.examples.mnist.Mnits",
            "estimator.entry_class: expected a class on the class path, got"
                + " gradwire.examples.mnist.Mnits; check its spelling and package"),
        bad(
            "a class that is no program",
            "estimator.entry_class=java.lang.StringBuilder",
            "estimator.entry_class: expected a class that implements"
                + " gradwire.worker.program.TrainingProgram, got java.lang.StringBuilder"),
        bad(
            "a class that cannot be made",
            "estimator.entry_class=gradwire.error.Expect",
            "expected a public class with a public constructor without parameters"),
        bad(
            "unknown script param",
            "estimator.script_params.train_stepz=5",
            "estimator.script_params.train_stepz: expected a flag of the entry class, got an"
                + " unknown one"));
  }

  private static Arguments bad(String what, String set, String... words) {
    return Arguments.of(what, set, List.of(words));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badSettings")
  void isRefused(String what, String set, List<String> words) {
    Path runDir = folder.resolve("run");
    assertRefused(Command.run(Repository.REFERENCE_JOB, runDir, set), words);
    assertThat(runDir).as(what).doesNotExist();
  }

  @Test
  void dl4jsLayersOnAGpuAreRefused() {
    Path runDir = folder.resolve("run");
    assertRefused(
        Command.run(
            Repository.REFERENCE_JOB, runDir, "estimator.use_gpu=true", "training.engine=dl4j"),
        List.of(
            "--set estimator.use_gpu: expected engine auto or native, got training.engine: dl4j"));
    assertThat(runDir).doesNotExist();
  }

  @Test
  void allProblemsAreReportedTogetherEachWithItsPlace() throws IOException {
    Path job =
        write(
            "job.yaml",
            """
            experiment: mnist
            estimator:
              entry_class: gradwire.examples.mnist.MnistReplica
              worker_count: none
              parameter_server_count: -1
              nodes: 2
            training: {seed: x}
            """);
    assertRefused(
        Command.run(job, folder.resolve("run")),
        List.of("job.yaml:4", "job.yaml:5", "job.yaml:6", "job.yaml:7", "node_count"));
  }

  @Test
  void aJobFileThatIsNoYamlIsRefusedWithItsLine() throws IOException {
    Path job = write("job.yaml", "experiment: mnist\nestimator: {entry_class: [\n");
    assertRefused(Command.run(job, folder.resolve("run")), List.of("job.yaml:"));
  }

  @Test
  void anEmptyJobFileIsRefused() throws IOException {
    assertRefused(Command.run(write("job.yaml", ""), folder.resolve("run")), List.of("job.yaml"));
  }

  @Test
  void aJobFileThatIsNotThereIsRefused() {
    Path job = folder.resolve("none.yaml");
    assertRefused(Command.run(job, folder.resolve("run")), List.of("none.yaml"));
  }

  @Test
  void anUnknownScriptIsRefused() throws IOException {
    Path job = write("job.yaml", "experiment: e\nestimator: {entry_script: train.py}\n");
    assertRefused(
        Command.run(job, folder.resolve("run")),
        List.of("estimator.entry_script: expected one of mnist_replica.py"));
  }

  @Test
  void aRunDirThatHoldsFilesIsRefusedAndLeftAsItIs() throws IOException {
    Path runDir = Files.createDirectories(folder.resolve("run"));
    Files.writeString(runDir.resolve("precious.txt"), "mine");
    assertRefused(
        Command.run(Repository.REFERENCE_JOB, runDir),
        List.of("expected a new or empty folder, got a folder that holds files"));
    assertThat(runDir).isDirectoryContaining("glob:**/precious.txt");
    assertThat(runDir.resolve("job.yaml")).doesNotExist();
  }

  @Test
  void aRunDirThatIsAFileIsRefused() throws IOException {
    Path runDir = write("run", "a file");
    assertRefused(Command.run(Repository.REFERENCE_JOB, runDir), List.of("got a file"));
  }

  @Test
  void anUnknownCommandAndAnUnknownOptionAreRefusedWithTheNearest() {
    assertRefused(
        Command.gradwire(folder.resolve("c"), List.of("rnu", "job.yaml")), List.of("'run'"));
    assertRefused(
        Command.gradwire(folder.resolve("c"), List.of("run", "job.yaml", "--run-dri=x")),
        List.of("--run-dir"));
    assertRefused(Command.gradwire(folder.resolve("c"), List.of()), List.of("expected a command"));
  }

  private static void assertRefused(Command started, List<String> words) {
    try (Command command = started) {
      assertThat(command.awaitExit()).as(command::said).isEqualTo(2);
      assertThat(command.err()).contains(words).doesNotContain("\tat ");
      assertThat(command.out()).isEmpty();
    }
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
