package gradwire.bench.transport;

import gradwire.bench.harness.Child;
import gradwire.bench.harness.CpuProfiler;
import gradwire.error.GradwireException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * This process's one server process, started when first asked for. JMH makes its states by
 * reflection, hence the static way to it.
 */
final class ServerProcess {
  /** As {@code ./gradwire ps} starts one, with room for eight workers' frames. */
  private static final List<String> JVM_OPTIONS =
      List.of(
          "-Xmx64m", "-XX:MaxDirectMemorySize=1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

  private static @Nullable Child child;

  private ServerProcess() {}

  /** Starts to serve; returns the address. */
  static synchronized String serve(Subject subject, TransportCase row) {
    return ask((subject == Subject.ROW ? "row " : "limit ") + row.name());
  }

  static synchronized void stopServing() {
    ask("close");
  }

  private static String ask(String command) {
    Child server = child;
    if (server == null) {
      server = new Child(ServerMain.class, JVM_OPTIONS, List.of());
      CpuProfiler.addPartner(server.pid());
      child = server;
    }
    String answer = server.ask(command);
    if (!answer.startsWith("ok")) {
      throw new GradwireException("benchmark server: " + command + ": " + answer);
    }
    return answer.substring("ok".length()).strip();
  }
}
