package gradwire.bench.transport;

import gradwire.server.ParameterServer;
import gradwire.server.checkpoint.Checkpoints;
import gradwire.server.shard.Absences;
import gradwire.server.store.ShardStores;
import gradwire.server.store.StateFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The server's process. Serves one row after another, so that it is as warm as its client; ends
 * with its standard input. Lines in: {@code row NAME}, {@code limit NAME}, {@code close}; out:
 * {@code ok ADDRESS} or {@code failed WHY}.
 */
public final class ServerMain {
  private AutoCloseable serving = () -> {};

  private ServerMain() {}

  public static void main(String[] args) throws IOException {
    PrintStream replies = System.out;
    System.setOut(System.err);
    ServerMain server = new ServerMain();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      replies.println(server.obey(line.split(" ")));
    }
    Runtime.getRuntime().halt(0);
  }

  private String obey(String[] command) {
    try {
      stopServing(); // a trial that failed did not
      return switch (command[0]) {
        case "row" -> "ok " + serveRow(TransportCase.named(command[1]));
        case "limit" -> "ok " + serveLimit(TransportCase.named(command[1]));
        case "close" -> "ok";
        default -> "failed unknown command " + command[0];
      };
    } catch (Exception e) {
      return "failed " + e;
    }
  }

  private void stopServing() throws Exception {
    AutoCloseable former = serving;
    serving = () -> {};
    former.close();
  }

  private String serveRow(TransportCase row) throws IOException {
    return row.direction().isStep() ? serveSteps(row) : serveFloats(row);
  }

  /** A real parameter server; the chief brings its settings and values. */
  private String serveSteps(TransportCase row) throws IOException {
    Path folder = Files.createTempDirectory("gradwire-bench");
    ShardStores stores =
        row.direction() == Direction.KEPT_STEP
            ? new StateFiles(folder.resolve("ps-0.shard"), 0)
            : ShardStores.inMemory();
    ParameterServer server = new ParameterServer("ps-0", Checkpoints.NONE, stores, Absences.NONE);
    Wiring.Served served = Wiring.serve(row.carrier(), server.service());
    serving =
        () -> {
          served.server().close();
          server.close();
          Files.deleteIfExists(folder.resolve("ps-0.shard"));
          Files.delete(folder);
        };
    return served.address();
  }

  private String serveFloats(TransportCase row) {
    KnownTensor weights = new KnownTensor(row.size());
    BenchShard shard = new BenchShard(weights.memory(), row.direction());
    Wiring.Served served = Wiring.serve(row.carrier(), shard);
    serving =
        () -> {
          served.server().close();
          weights.close();
        };
    return served.address();
  }

  private String serveLimit(TransportCase row) throws IOException {
    KnownTensor weights = new KnownTensor(row.size());
    RawServer server = new RawServer(row.limit(), row.direction(), weights.memory());
    serving =
        () -> {
          server.close();
          weights.close();
        };
    return server.address();
  }
}
