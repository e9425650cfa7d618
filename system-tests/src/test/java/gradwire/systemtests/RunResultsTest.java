package gradwire.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import gradwire.run.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one asynchronous run of the reference job over two servers leaves behind. */
final class RunResultsTest {
  private static final int STEPS = 250;
  private static final int NUM_PARAMETERS = 79_510;

  @TempDir static Path folder;
  private static Path runDir;
  private static String summary;
  private static JsonObject json;
  private static RunResult result;

  @BeforeAll
  static void run() throws IOException {
    runDir = folder.resolve("run");
    try (Command command =
        Command.run(
            Repository.REFERENCE_JOB,
            runDir,
            "estimator.script_params.train_steps=" + STEPS,
            "estimator.parameter_server_count=2",
            "training.checkpoint={every_steps: 100, keep: 3}",
            "training.evaluate_every_steps=100")) {
      assertThat(command.awaitExit()).as(command::said).isZero();
      summary = command.out();
    }
    Path file = runDir.resolve("result.json");
    json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    result = RunResult.read(file);
  }

  @Test
  void resultJsonHasTheDesignsKeysAndNoOther() {
    assertThat(json.keySet())
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
    assertThat(json.get("status").getAsString()).isEqualTo("succeeded");
    assertThat(json.get("error").isJsonNull()).isTrue();
    assertThat(json.get("timeToTarget").isJsonNull()).isTrue();
  }

  @Test
  void everyUpdateIsInTheWeightsExactlyOnce() {
    assertThat(result.globalSteps()).isBetween((long) STEPS, STEPS + 1L);
    assertThat(result.updatesApplied()).isEqualTo(result.globalSteps());
    assertThat(result.updatesLost()).isZero();
    assertThat(result.updatesDuplicated()).isZero();
  }

  @Test
  void timesAndRatesAgreeWithEachOther() {
    double trainSeconds = json.get("trainSeconds").getAsDouble();
    double stepsPerSecond = json.get("stepsPerSecond").getAsDouble();
    assertThat(trainSeconds).isPositive().isLessThan(result.wallSeconds());
    assertThat(stepsPerSecond * trainSeconds)
        .isEqualTo(json.get("globalSteps").getAsDouble(), offset(1e-6));
    assertThat(json.get("samplesPerSecond").getAsDouble())
        .isEqualTo(100 * stepsPerSecond, offset(100 * stepsPerSecond * 0.02));
  }

  private static org.assertj.core.data.Offset<Double> offset(double tolerance) {
    return org.assertj.core.data.Offset.offset(tolerance);
  }

  @Test
  void theNetHasLearned() {
    assertThat(result.metrics().get("testAccuracy")).isBetween(0.9, 1.0);
    assertThat(result.metrics().get("validationAccuracy")).isBetween(0.9, 1.0);
    assertThat(result.metrics().get("validationCrossEntropy")).isBetween(500.0, 2_500.0);
    assertThat(summary).contains("testAccuracy", "applied, 0 lost, 0 applied twice");
  }

  @Test
  void bytesAndStalenessAreThoseOfTheUpdates() {
    long bytes = 4L * NUM_PARAMETERS;
    assertThat(result.bytesPushed()).isBetween(STEPS * bytes, (STEPS + 4) * bytes);
    assertThat(result.bytesPulled()).isBetween((STEPS + 2) * bytes, (STEPS + 6) * bytes);
    assertThat(result.staleness()).isNotNull();
    assertThat(json.getAsJsonObject("staleness").keySet()).containsExactly("mean", "p99", "max");
    assertThat(json.getAsJsonObject("staleness").get("max").getAsDouble()).isBetween(0.0, 250.0);
  }

  @Test
  void tasksTellWhatTheyTookAndStayWithinTheirMemory() {
    assertThat(result.tasks())
        .extracting(RunResult.TaskUsage::name)
        .containsExactly("ps-0", "ps-1", "worker-0", "worker-1");
    for (RunResult.TaskUsage task : result.tasks()) {
      long limit = task.name().startsWith("ps") ? 200_000_000L : 700_000_000L;
      assertThat(task.incarnations()).isEqualTo(1);
      assertThat(task.cpuSeconds()).as(task.name()).isPositive();
      assertThat(task.peakRssBytes()).as(task.name()).isBetween(10_000_000L, limit);
    }
  }

  @Test
  void theRunFolderHoldsWhatTheDesignSays() throws IOException {
    for (String name :
        List.of(
            "job.yaml",
            "stdout-ps-0.txt",
            "stdout-ps-1.txt",
            "stdout-wk-0.txt",
            "stdout-wk-1.txt",
            "metrics.jsonl",
            "model/weights.safetensors",
            "model/model.zip")) {
      assertThat(runDir.resolve(name)).isNotEmptyFile();
    }
    assertThat(Files.readString(runDir.resolve("job.yaml"))).contains("provenance:", "seed:");
  }

  @Test
  void aCheckpointIsThereAtTheEnd() {
    Path folder =
        runDir.resolve("checkpoints/step-%09d".formatted(json.get("globalSteps").getAsLong()));
    for (int shard = 0; shard < 2; shard++) {
      assertThat(folder.resolve("shard-%d-of-2.safetensors".formatted(shard))).isNotEmptyFile();
    }
    assertThat(folder.resolve("manifest.json")).isNotEmptyFile();
  }

  @Test
  void metricsGrowLineByLine() throws IOException {
    List<JsonObject> lines =
        Files.readAllLines(runDir.resolve("metrics.jsonl"), UTF_8).stream()
            .map(line -> JsonParser.parseString(line).getAsJsonObject())
            .toList();
    assertThat(lines).hasSizeGreaterThan(1).allMatch(line -> line.has("time") && line.has("step"));
    assertThat(lines).anyMatch(line -> line.has("loss"));
    assertThat(lines).filteredOn(line -> line.has("testAccuracy")).hasSizeGreaterThan(1);
    assertThat(lines).extracting(line -> line.get("time").getAsDouble()).isSorted();
  }
}
