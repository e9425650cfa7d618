package gradwire.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import gradwire.cluster.TaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunResultTest {
  @TempDir Path folder;

  @Test
  void theDocumentHasExactlyTheContractsKeysAlsoAfterAnEarlyFailure() {
    assertThat(JsonParser.parseString(earlyFailure().toJson()).getAsJsonObject().keySet())
        .containsExactly(
            "status",
            "error",
            "globalSteps",
            "wallSeconds",
            "trainSeconds",
            "stepsPerSecond",
            "samplesPerSecond",
            "metrics",
            "timeToTarget",
            "parametersSha256",
            "backend",
            "transport",
            "tasks",
            "bytesPushed",
            "bytesPulled",
            "updatesApplied",
            "updatesLost",
            "updatesDuplicated",
            "staleness",
            "restored");
  }

  @Test
  void aResultReadsBackAsItWasWritten() {
    RunResult result = earlyFailure();
    result.write(folder.resolve("result.json"));
    assertThat(RunResult.read(folder.resolve("result.json"))).isEqualTo(result);
  }

  @Test
  void aDivergedMetricIsNullInTheFileAndNotANumberAgainWhenRead() {
    TaskReport chief =
        new TaskReport(
            "worker-0",
            0,
            Outcome.SUCCEEDED,
            null,
            1,
            1,
            new TreeMap<>(Map.of("metric.loss", Double.POSITIVE_INFINITY)),
            new TreeMap<>());
    RunResult result =
        new RunAccount(
                ending(RunStatus.SUCCEEDED),
                Optional.empty(),
                List.of(TaskId.worker(0)),
                Map.of(TaskId.worker(0), chief))
            .result();
    assertThat(result.toJson()).contains("\"loss\": null").contains("\"status\": \"succeeded\"");
    result.write(folder.resolve("result.json"));
    assertThat(RunResult.read(folder.resolve("result.json")).metrics())
        .containsEntry("loss", Double.NaN);
  }

  @Test
  void aDamagedResultIsRefusedByName() throws IOException {
    Path file = Files.writeString(folder.resolve("result.json"), "{\"status\": 3");
    assertThatThrownBy(() -> RunResult.read(file)).hasMessageStartingWith(file + ": expected");
  }

  private static RunResult earlyFailure() {
    return new RunAccount(
            ending(RunStatus.FAILED), Optional.empty(), List.of(TaskId.ps(0)), Map.of())
        .result();
  }

  private static RunEnding ending(RunStatus status) {
    return new RunEnding(status, "no luck", Instant.ofEpochSecond(1), Instant.ofEpochSecond(3));
  }
}
