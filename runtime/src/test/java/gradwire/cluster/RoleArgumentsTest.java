package gradwire.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import gradwire.error.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RoleArgumentsTest {
  private static final String HOSTS = " --ps_hosts=a:1 --worker_hosts=b:1,c:1";
  private static final String CLASS = "gradwire.examples.mnist.MnistReplica";
  private static final ClusterSpec CLUSTER =
      new ClusterSpec(
          List.of(new HostPort("a", 1)), List.of(new HostPort("b", 1), new HostPort("c", 1)));
  private static final String TF_CONFIG =
      "{\"cluster\":{\"ps\":[\"a:1\"],\"worker\":[\"b:1\",\"c:1\"]},"
          + "\"task\":{\"type\":\"master\",\"index\":0}}";
  private static final Map<String, String> BATCH_AI =
      Map.of(
          "AZ_BATCHAI_PS_HOSTS", "a:1",
          "AZ_BATCHAI_WORKER_HOSTS", "b:1,c:1",
          "AZ_BATCHAI_TASK_INDEX", "1");

  @Test
  void theReferenceScriptsFlagsAreReadInBothForms() {
    RoleArguments read =
        parse(
            "--job_name worker --task_index=1"
                + HOSTS
                + " --train_steps 500 --sync_replicas --input_data=/d --rate -1 --note=",
            Map.of());

    assertThat(read)
        .isEqualTo(
            new RoleArguments(
                TaskId.worker(1),
                CLUSTER,
                Optional.empty(),
                false,
                CLASS,
                0,
                Map.of(
                    "train_steps",
                    "500",
                    "sync_replicas",
                    "true",
                    "data_dir",
                    "/d",
                    "rate",
                    "-1",
                    "note",
                    "")));
    assertThat(read.scriptParams().keySet())
        .containsExactly("train_steps", "sync_replicas", "data_dir", "rate", "note");
  }

  @Test
  void ownFlagsAreKeptFromTheScript() {
    RoleArguments read =
        parse(
            "--job_name=ps --task_index=0 --run_folder /r --supervised --entry_class a.B"
                + " --incarnation=3 --x",
            Map.of());

    assertThat(read)
        .isEqualTo(
            new RoleArguments(
                TaskId.ps(0),
                ClusterSpec.EMPTY,
                Optional.of(Path.of("/r")),
                true,
                "a.B",
                3,
                Map.of("x", "true")));
  }

  static Stream<Arguments> sources() {
    Map<String, String> tf = Map.of("TF_CONFIG", TF_CONFIG);
    return Stream.of(
        Arguments.of("", tf, TaskId.worker(0)),
        Arguments.of("--job_name=", tf, TaskId.worker(0)),
        Arguments.of("--job_name=worker --task_index=0" + HOSTS, tf, TaskId.worker(0)),
        Arguments.of("--job_name=master", tf, TaskId.worker(0)),
        Arguments.of("--run_folder=/r", tf, TaskId.worker(0)),
        Arguments.of("--supervised --job_name=ps --task_index=0" + HOSTS, tf, TaskId.ps(0)),
        Arguments.of("--job_name=chief --task_index=0" + HOSTS, Map.of(), TaskId.worker(0)),
        Arguments.of("--job_name=worker", BATCH_AI, TaskId.worker(1)),
        Arguments.of("--job_name=ps --task_index=0", BATCH_AI, TaskId.ps(0)));
  }

  @ParameterizedTest
  @MethodSource("sources")
  void flagsComeFirstThenTfConfigThenBatchAi(
      String flags, Map<String, String> environment, TaskId task) {
    RoleArguments read = parse(flags, environment);

    assertThat(read.task()).isEqualTo(task);
    assertThat(read.cluster()).isEqualTo(CLUSTER);
  }

  @Test
  void withoutAnyHostsTheReferenceScriptsDefaultsHold() {
    assertThat(parse("--job_name=worker --task_index=1", Map.of()).cluster())
        .isEqualTo(
            new ClusterSpec(
                List.of(new HostPort("localhost", 2222)),
                List.of(new HostPort("localhost", 2223), new HostPort("localhost", 2224))));
  }

  @Test
  void theRunFolderTellsTheHostsUnlessFlagsDo() {
    String task = "--job_name=worker --task_index=7 --run_folder=/r";

    assertThat(parse(task, BATCH_AI).cluster()).isEqualTo(ClusterSpec.EMPTY);
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> parse(task + HOSTS, Map.of()))
        .withMessage(
            "--task_index: expected from 0 to 1 for worker, got 7; give as many hosts as tasks");
  }

  @Test
  void helpNamesEveryFlag() {
    assertThat(RoleArguments.asksForHelp(List.of("--x", "--help"))).isTrue();
    assertThat(RoleArguments.help())
        .contains("--job_name", "--task_index", "--ps_hosts", "--worker_hosts", "--run_folder")
        .contains("--supervised", "--entry_class", "--incarnation", "--help", "TF_CONFIG");
  }

  static Stream<Arguments> wrong() {
    Map<String, String> none = Map.of();
    Map<String, String> tf = Map.of("TF_CONFIG", TF_CONFIG);
    String tail = "; remove the flag or unset TF_CONFIG";
    return Stream.of(
        Arguments.of(
            "",
            none,
            "TF_CONFIG not found. Set it, or give --job_name, --task_index, --ps_hosts and "
                + "--worker_hosts; --help explains them"),
        Arguments.of(
            "--task_index=0",
            none,
            "Must specify an explicit `job_name`; add --job_name=ps or --job_name=worker"),
        Arguments.of(
            "",
            BATCH_AI,
            "Must specify an explicit `job_name`; add --job_name=ps or --job_name=worker"),
        Arguments.of(
            "--job_name=worker" + HOSTS,
            none,
            "Must specify an explicit `task_index`; add --task_index=0 for the first worker"),
        Arguments.of(
            "--job_name=boss",
            none,
            "--job_name: expected ps, worker, chief or master, got \"boss\"; name this task's role"),
        Arguments.of(
            "--job_name=worker --task_index=x",
            none,
            "--task_index: expected a whole number of at least 0, got \"x\"; count from 0"),
        Arguments.of(
            "--job_name=worker --task_index=-1",
            none,
            "--task_index: expected a whole number of at least 0, got \"-1\"; count from 0"),
        Arguments.of(
            "--job_name=worker",
            Map.of("AZ_BATCHAI_TASK_INDEX", "x"),
            "AZ_BATCHAI_TASK_INDEX: expected a whole number of at least 0, got \"x\"; count from 0"),
        Arguments.of(
            "--job_name=worker --task_index=2" + HOSTS,
            none,
            "--task_index: expected from 0 to 1 for worker, got 2; give as many hosts as tasks"),
        Arguments.of(
            "--job_name=ps --task_index=0 --ps_hosts=a:1",
            none,
            "--worker_hosts: expected HOST:PORT,..., got none; give both lists of hosts"),
        Arguments.of(
            "--job_name=ps --task_index=0 --worker_hosts=a:1",
            none,
            "--ps_hosts: expected HOST:PORT,..., got none; give both lists of hosts"),
        Arguments.of(
            "--job_name=ps --task_index=0 --ps_hosts=a:1, --worker_hosts=b:1",
            none,
            "--ps_hosts: expected HOST:PORT, got \"\"; try localhost:2222"),
        Arguments.of(
            "--job_name=ps --task_index=0",
            Map.of("AZ_BATCHAI_PS_HOSTS", "a", "AZ_BATCHAI_WORKER_HOSTS", "b:1"),
            "AZ_BATCHAI_PS_HOSTS: expected HOST:PORT, got \"a\"; try localhost:2222"),
        Arguments.of(
            "--job_name=ps --task_index=0 --ps_hosts=a:1 --worker_hosts=a:1",
            none,
            "cluster: expected each address once, got a:1 twice; give every task its own port"),
        Arguments.of(
            "--job_name=ps",
            tf,
            "--job_name: expected the same as TF_CONFIG (worker), got ps" + tail),
        Arguments.of(
            "--job_name=worker --task_index=1",
            tf,
            "--task_index: expected the same as TF_CONFIG (worker-0), got worker-1" + tail),
        Arguments.of(
            "--ps_hosts=z:1",
            tf,
            "--ps_hosts: expected the same as TF_CONFIG ([a:1]), got [z:1]" + tail),
        Arguments.of(
            "--worker_hosts=b:1",
            tf,
            "--worker_hosts: expected the same as TF_CONFIG ([b:1, c:1]), got [b:1]" + tail),
        Arguments.of(
            "",
            Map.of("TF_CONFIG", "3"),
            "TF_CONFIG:1:1: expected a cluster and a task (a map), got 3; write KEY: VALUE lines"),
        Arguments.of(
            "--run_folder --supervised",
            none,
            "--run_folder: expected a value, got none; write --run_folder=VALUE"),
        Arguments.of(
            "--supervised yes",
            none,
            "--supervised: expected true or false, got \"yes\"; write the flag alone"),
        Arguments.of(
            "--job_name=ps --task_index=0 --entry_class=x.py",
            none,
            "--entry_class: expected a Java class name, got \"x.py\"; "
                + "name a class on the class path"),
        Arguments.of(
            "--job_name=ps --task_index=0 --incarnation=two",
            none,
            "--incarnation: expected a whole number of at least 0, got \"two\"; count from 0"),
        Arguments.of(
            "--data_dir=/a --input_data=/b",
            none,
            "--input_data: expected one value for data_dir (\"/a\"), got \"/b\"; "
                + "remove one of the two"),
        Arguments.of(
            "worker",
            none,
            "command line: expected a flag such as --name=value, got \"worker\"; "
                + "write a value right after its flag"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void whatIsMissingOrContradictsItselfIsRefused(
      String flags, Map<String, String> environment, String message) {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> parse(flags, environment))
        .withMessage(message);
  }

  private static RoleArguments parse(String flags, Map<String, String> environment) {
    List<String> arguments = flags.isBlank() ? List.of() : List.of(flags.strip().split(" "));
    return RoleArguments.parse(arguments, environment);
  }
}
