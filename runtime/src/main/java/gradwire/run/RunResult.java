package gradwire.run;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonDeserializer;
import com.google.gson.JsonSerializer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code result.json} holds, key for key. Immutable. What nobody knows is null: a run that
 * failed early has an error and little else.
 *
 * @param error why the run failed, or what went wrong while it was stopped
 * @param wallSeconds launch to exit
 * @param trainSeconds first step of any worker to last step of any worker
 * @param stepsPerSecond global steps, without those that were restored, over {@code trainSeconds}
 * @param samplesPerSecond of all workers, over {@code trainSeconds}
 * @param metrics the chief's last figures by name; NaN where one diverged (null in the file)
 * @param parametersSha256 over the final flat vector, little-endian float32
 * @param backend what computed the chief's gradients
 * @param transport what carried the chief's tensors, e.g. {@code shm over uds}
 * @param updatesApplied by every server
 * @param updatesLost acknowledged to workers, yet missing on the worst server
 * @param updatesDuplicated applied by the worst server, yet never acknowledged to a worker
 * @param restored the checkpoint that the run was begun again with, null if it never was
 */
public record RunResult(
    RunStatus status,
    @Nullable String error,
    @Nullable Long globalSteps,
    double wallSeconds,
    @Nullable Double trainSeconds,
    @Nullable Double stepsPerSecond,
    @Nullable Double samplesPerSecond,
    SortedMap<String, Double> metrics,
    @Nullable TimeToTarget timeToTarget,
    @Nullable String parametersSha256,
    @Nullable String backend,
    @Nullable String transport,
    List<TaskUsage> tasks,
    @Nullable Long bytesPushed,
    @Nullable Long bytesPulled,
    @Nullable Long updatesApplied,
    @Nullable Long updatesLost,
    @Nullable Long updatesDuplicated,
    @Nullable Staleness staleness,
    @Nullable Restored restored) {

  /**
   * When the job's target was reached.
   *
   * @param seconds since launch
   */
  public record TimeToTarget(String metric, double value, double seconds, long step) {}

  /**
   * What one task took.
   *
   * @param incarnations how often it was started
   * @param peakRssBytes of the last incarnation, null if it left no report; likewise the CPU time
   */
  public record TaskUsage(
      String name, int incarnations, @Nullable Long peakRssBytes, @Nullable Double cpuSeconds) {}

  /** Steps between pull and push: mean over all updates, 99th percentile and maximum. */
  public record Staleness(double mean, double p99, double max) {}

  private static final Gson GSON =
      new GsonBuilder()
          .serializeNulls()
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .registerTypeAdapter(
              Double.class,
              (JsonSerializer<Double>) (value, type, context) -> JsonFiles.number(value))
          .registerTypeAdapter(
              Double.class,
              (JsonDeserializer<Double>) (json, type, context) -> JsonFiles.number(json))
          .create();

  public RunResult {
    SortedMap<String, Double> copy = new TreeMap<>();
    metrics.forEach((name, value) -> copy.put(name, value == null ? Double.NaN : value));
    metrics = Collections.unmodifiableSortedMap(copy);
    tasks = List.copyOf(tasks);
  }

  /** The whole document, fields in the order above. */
  public String toJson() {
    return GSON.toJson(this) + "\n";
  }

  /** Writes the document whole or not at all. */
  public void write(Path path) {
    AtomicFiles.write(path, toJson());
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws gradwire.error.GradwireException naming the file, if it is missing or damaged
   */
  public static RunResult read(Path path) {
    return JsonFiles.read(path, json -> GSON.fromJson(json, RunResult.class));
  }
}
