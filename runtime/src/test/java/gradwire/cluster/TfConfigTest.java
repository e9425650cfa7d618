package gradwire.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import gradwire.error.UsageException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class TfConfigTest {
  private static final String PS = "\"ps\":[\"a:1\"]";

  static Stream<Arguments> tasks() {
    String plain = "{" + PS + ",\"worker\":[\"b:1\",\"c:1\"]}";
    String chief = "{" + PS + ",\"chief\":[\"b:1\"],\"worker\":[\"c:1\"],\"evaluator\":[\"e:1\"]}";
    String master = "{" + PS + ",\"master\":[\"b:1\"],\"worker\":{\"0\":\"c:1\"}}";
    return Stream.of(
        Arguments.of(plain, "\"worker\",\"index\":1", TaskId.worker(1)),
        Arguments.of(plain, "\"worker\",\"index\":\"1\"", TaskId.worker(1)),
        Arguments.of(plain, "\"master\",\"index\":0", TaskId.worker(0)),
        Arguments.of(plain, "\"chief\",\"index\":1", TaskId.worker(1)),
        Arguments.of(plain, "\"ps\",\"index\":0,\"trial\":\"1\"", TaskId.ps(0)),
        Arguments.of(chief, "\"chief\",\"index\":0", TaskId.worker(0)),
        Arguments.of(chief, "\"worker\",\"index\":0", TaskId.worker(1)),
        Arguments.of(master, "\"master\",\"index\":0", TaskId.worker(0)),
        Arguments.of(master, "\"worker\",\"index\":0", TaskId.worker(1)));
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void aTaskFindsItselfAndTheChiefIsWorkerZero(String cluster, String task, TaskId expected) {
    TfConfig config = TfConfig.parse(json(cluster, task));

    assertThat(config.task()).isEqualTo(expected);
    assertThat(config.cluster().ps()).containsExactly(new HostPort("a", 1));
    assertThat(config.cluster().workers())
        .containsExactly(new HostPort("b", 1), new HostPort("c", 1));
  }

  @Test
  void aSparseClusterLeavesGaps() {
    String cluster = "{" + PS + ",\"worker\":{\"2\":\"d:1\"}}";
    TfConfig config = TfConfig.parse(json(cluster, "\"worker\",\"index\":2"));

    assertThat(config.task()).isEqualTo(TaskId.worker(2));
    assertThat(config.cluster().workers())
        .isEqualTo(List.of(HostPort.UNKNOWN, HostPort.UNKNOWN, new HostPort("d", 1)));
    assertThat(config.cluster().addressOf(TaskId.worker(2))).isEqualTo(new HostPort("d", 1));
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> config.cluster().addressOf(TaskId.worker(0)))
        .withMessage("worker-0: expected a known address, got none; list it in the cluster");
  }

  @Test
  void theOldSparseKeyAndUnknownKeysAreAccepted() {
    String json =
        "{\"sparseCluster\":{\"ps\":{\"0\":\"a:1\"},\"worker\":{\"0\":\"b:1\"}},"
            + "\"task\":{\"type\":\"ps\",\"index\":0,\"cloud\":\"x\"},\"environment\":\"cloud\","
            + "\"rpc_layer\":\"grpc\",\"job\":{}}";

    assertThat(TfConfig.parse(json).task()).isEqualTo(TaskId.ps(0));
  }

  static Stream<Arguments> wrong() {
    String cluster = "{" + PS + ",\"worker\":[\"b:1\"]}";
    String index = "expected a whole number of at least 0";
    return Stream.of(
        Arguments.of(
            "", "TF_CONFIG: expected a cluster and a task, got no content; write a map of keys"),
        Arguments.of(
            "[]",
            "TF_CONFIG:1:1: expected a cluster and a task (a map), got a list; write KEY: VALUE lines"),
        Arguments.of(
            "{\"cluster\": {",
            "TF_CONFIG:1:14: expected well-formed YAML or JSON, got: while parsing a flow node, expected "
                + "the node content, but found '<stream end>'; correct the text there"),
        Arguments.of(
            "{}",
            "TF_CONFIG:1:1: cluster: missing, expected a map; see TensorFlow's TF_CONFIG\n"
                + "TF_CONFIG:1:1: task: missing, expected a map; see TensorFlow's TF_CONFIG\n"
                + "TF_CONFIG:1:1: task.type: missing, expected ps, worker, chief or master; name "
                + "this task's role\n"
                + "TF_CONFIG:1:1: task.index: missing, expected a whole number of at least 0; count "
                + "from 0 within the role"),
        Arguments.of(
            json("[]", "\"worker\",\"index\":0"),
            "TF_CONFIG:1:12: cluster: expected a map, got a list; write its keys below it"),
        Arguments.of(
            json("{\"ps\":\"a:1\"}", "\"ps\",\"index\":0"),
            "TF_CONFIG:1:18: cluster.ps: expected a list of HOST:PORT, got \"a:1\"; put brackets "
                + "around it"),
        Arguments.of(
            json("{\"ps\":[\"a\",7,{}]}", "\"ps\",\"index\":0"),
            "TF_CONFIG:1:19: cluster.ps[0]: expected HOST:PORT, got \"a\"; try localhost:2222\n"
                + "TF_CONFIG:1:23: cluster.ps[1]: expected HOST:PORT, got \"7\"; try localhost:2222\n"
                + "TF_CONFIG:1:25: cluster.ps[2]: expected HOST:PORT, got a map; write an address"),
        Arguments.of(
            json("{\"worker\":{\"x\":\"a:1\"}}", "\"worker\",\"index\":0"),
            "TF_CONFIG:1:23: cluster.worker.x: expected an index from 0 to 9999 as key; count from 0"),
        Arguments.of(
            json("{\"chief\":[\"a:1\",\"b:1\"],\"master\":[\"c:1\"]}", "\"chief\",\"index\":0"),
            "TF_CONFIG:1:21: cluster.chief: expected one address, got a list; name the others worker\n"
                + "TF_CONFIG:1:44: cluster.master: expected chief or master, not both, got a list; "
                + "remove one"),
        Arguments.of(
            json(cluster, "\"evaluator\",\"index\":0"),
            "TF_CONFIG:1:59: task.type: expected ps, worker, chief or master, got \"evaluator\"; "
                + "this version starts no evaluators; worker 0 evaluates"),
        Arguments.of(
            json(cluster, "\"boss\",\"index\":0"),
            "TF_CONFIG:1:59: task.type: expected ps, worker, chief or master, got \"boss\"; "
                + "name this task's role"),
        Arguments.of(
            json(cluster, "\"worker\",\"index\":-1"),
            "TF_CONFIG:1:76: task.index: " + index + ", got -1; count from 0 within the role"),
        Arguments.of(
            json(cluster, "\"worker\",\"index\":\"one\""),
            "TF_CONFIG:1:76: task.index: " + index + ", got \"one\"; count from 0 within the role"),
        Arguments.of(
            json(cluster, "\"worker\",\"index\":1"),
            "TF_CONFIG:1:76: task.index: expected from 0 to 0 for worker, got 1; "
                + "give as many addresses as tasks"),
        Arguments.of(
            json("{\"worker\":[\"b:1\"]}", "\"ps\",\"index\":0"),
            "TF_CONFIG:1:59: task.index: expected a cluster that lists ps, got 0; "
                + "give as many addresses as tasks"),
        Arguments.of(
            json("{\"ps\":[\"a:1\"],\"worker\":[\"a:1\"]}", "\"ps\",\"index\":0"),
            "cluster: expected each address once, got a:1 twice; give every task its own port"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aMalformedVariableIsRefusedAtItsPlace(String json, String message) {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> TfConfig.parse(json))
        .withMessage(message);
  }

  private static String json(String cluster, String task) {
    return "{\"cluster\":" + cluster + ",\"task\":{\"type\":" + task + "}}";
  }
}
