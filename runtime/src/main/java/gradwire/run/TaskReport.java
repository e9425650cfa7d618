package gradwire.run;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A task's own account of how it ended, the last thing it writes. Immutable.
 *
 * @param name the task, e.g. {@code worker-1}
 * @param incarnation which start of the task this was, from 0
 * @param error why it failed, null otherwise
 * @param peakRssBytes largest resident memory, 0 where the platform does not tell
 * @param counters numbers by name, see the constants; further {@code metric.<name>} from the chief
 * @param facts texts by name, see the constants
 */
public record TaskReport(
    String name,
    int incarnation,
    Outcome outcome,
    @Nullable String error,
    long peakRssBytes,
    double cpuSeconds,
    SortedMap<String, Double> counters,
    SortedMap<String, String> facts) {

  // Counters of servers.
  public static final String UPDATES_APPLIED = "updatesApplied";
  public static final String DUPLICATES_REFUSED = "duplicatesRefused";
  public static final String STALENESS_MEAN = "stalenessMean";
  public static final String STALENESS_P99 = "stalenessP99";
  public static final String STALENESS_MAX = "stalenessMax";

  // Counters of both.
  public static final String UPDATES_DROPPED = "updatesDropped";

  // Counters of workers, over all incarnations; times are epoch seconds.
  public static final String UPDATES_ATTEMPTED = "updatesAttempted";

  public static final String UPDATES_ACKNOWLEDGED = "updatesAcknowledged";
  public static final String BYTES_PUSHED = "bytesPushed";
  public static final String BYTES_PULLED = "bytesPulled";
  public static final String SAMPLES = "samples";
  public static final String FIRST_STEP_AT = "firstStepAt";
  public static final String LAST_STEP_AT = "lastStepAt";

  // Counters of workers for each replica they had at the end; see perReplica.
  public static final String TURN = "turn";

  // Counters of the chief; a metric's name follows the prefix.
  public static final String GLOBAL_STEPS = "globalSteps";
  public static final String TIME_TO_TARGET_AT = "timeToTargetAt";
  public static final String TIME_TO_TARGET_STEP = "timeToTargetStep";
  public static final String METRIC_PREFIX = "metric.";

  // Facts of the chief.
  public static final String BACKEND = "backend";
  public static final String TRANSPORT = "transport";
  public static final String PARAMETERS_SHA256 = "parametersSha256";

  public TaskReport {
    counters = Collections.unmodifiableSortedMap(new TreeMap<>(counters));
    facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
  }

  /**
   * The name of a counter of one replica. Two workers may both report one, where it moved at the
   * very end: the one with the higher {@link #TURN} has the other's counts in its own.
   */
  public static String perReplica(int replica, String counter) {
    return "replica." + replica + "." + counter;
  }

  /** Writes the report whole or not at all. */
  public void write(Path path) {
    JsonObject json = new JsonObject();
    json.addProperty("name", name);
    json.addProperty("incarnation", incarnation);
    json.addProperty("outcome", outcome.name());
    json.add("error", JsonFiles.text(error));
    json.addProperty("peakRssBytes", peakRssBytes);
    json.addProperty("cpuSeconds", cpuSeconds);
    json.add("counters", JsonFiles.numbers(counters));
    JsonObject texts = new JsonObject();
    facts.forEach(texts::addProperty);
    json.add("facts", texts);
    AtomicFiles.write(path, json + "\n");
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws gradwire.error.GradwireException naming the file, if it is missing or damaged
   */
  public static TaskReport read(Path path) {
    return JsonFiles.read(path, TaskReport::parse);
  }

  private static TaskReport parse(JsonObject json) {
    SortedMap<String, String> facts = new TreeMap<>();
    json.getAsJsonObject("facts")
        .entrySet()
        .forEach(fact -> facts.put(fact.getKey(), fact.getValue().getAsString()));
    return new TaskReport(
        json.get("name").getAsString(),
        json.get("incarnation").getAsInt(),
        Outcome.valueOf(json.get("outcome").getAsString()),
        json.get("error").isJsonNull() ? null : json.get("error").getAsString(),
        json.get("peakRssBytes").getAsLong(),
        json.get("cpuSeconds").getAsDouble(),
        JsonFiles.numbers(json.getAsJsonObject("counters")),
        facts);
  }
}
