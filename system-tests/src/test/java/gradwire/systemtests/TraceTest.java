package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --set training.trace=true}: one picture of all tasks, whatever they run on. */
final class TraceTest {
  private static final String[] SETS = {
    "training.trace=true",
    "estimator.script_params.train_steps=20",
    "estimator.parameter_server_count=2",
    "estimator.worker_count=2"
  };

  @TempDir Path folder;

  @Test
  void processesLeaveOnePictureAndTheSummaryNamesIt() throws IOException {
    Path runDir = folder.resolve("run");
    try (Command command = Command.run(Repository.REFERENCE_JOB, runDir, SETS)) {
      assertThat(command.awaitExit()).as(command::said).isZero();
      assertThat(command.out())
          .contains("trace    " + runDir.resolve("trace.json") + " (open in ui.perfetto.dev");
    }
    assertThat(tasks(runDir)).containsExactly("ps-0", "ps-1", "worker-0", "worker-1");
  }

  @Test
  void threadsLeaveTheSame() throws IOException {
    Path runDir = folder.resolve("run");
    InProcessRun.succeeding(Repository.REFERENCE_JOB, runDir, SETS);
    assertThat(tasks(runDir)).containsExactly("ps-0", "ps-1", "worker-0", "worker-1");
  }

  /** The processes that the picture shows. */
  private static List<String> tasks(Path runDir) throws IOException {
    JsonObject picture =
        JsonParser.parseString(Files.readString(runDir.resolve("trace.json"))).getAsJsonObject();
    Stream<JsonElement> events = picture.getAsJsonArray("traceEvents").asList().stream();
    return events
        .map(JsonElement::getAsJsonObject)
        .filter(event -> event.get("name").getAsString().equals("process_name"))
        .map(event -> event.getAsJsonObject("args").get("name").getAsString())
        .toList();
  }
}
