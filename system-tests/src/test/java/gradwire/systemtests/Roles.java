package gradwire.systemtests;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** A cluster of one server and two workers on free ports, as a cluster manager would name it. */
record Roles(int serverPort, int workerPort, int otherWorkerPort) {
  static Roles onFreePorts() throws IOException {
    try (ServerSocket server = any();
        ServerSocket worker = any();
        ServerSocket otherWorker = any()) {
      return new Roles(server.getLocalPort(), worker.getLocalPort(), otherWorker.getLocalPort());
    }
  }

  private static ServerSocket any() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  String psHosts() {
    return "localhost:" + serverPort;
  }

  String workerHosts() {
    return "localhost:" + workerPort + ",localhost:" + otherWorkerPort;
  }

  /** The reference script's flags, and more. */
  List<String> flags(String jobName, int index, String... more) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--job_name=" + jobName,
                "--task_index=" + index,
                "--ps_hosts=" + psHosts(),
                "--worker_hosts=" + workerHosts()));
    flags.addAll(List.of(more));
    return flags;
  }

  /** {@code TF_CONFIG} as Batch AI sets it: worker 0 is told that it is the master. */
  String tfConfig(String type, int index) {
    return """
    {"cluster": {"ps": ["%s"], "worker": ["localhost:%d", "localhost:%d"]},
     "task": {"type": "%s", "index": %d}, "environment": "cloud"}
    """
        .formatted(psHosts(), workerPort, otherWorkerPort, type, index);
  }
}
