package gradwire.run;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One line of {@code metrics.jsonl}. Immutable.
 *
 * @param timeSeconds since the epoch; {@code time} in the file
 * @param step global step
 * @param numbers by name, e.g. {@code loss}, {@code testAccuracy}; NaN is null in the file
 */
public record MetricsRecord(double timeSeconds, long step, SortedMap<String, Double> numbers) {
  private static final String TIME = "time";
  private static final String STEP = "step";

  /** Mean loss over the worker's replicas. */
  public static final String LOSS = "loss";

  public static final String STEPS_PER_SECOND = "stepsPerSecond";
  private static final Set<String> PACE = Set.of(LOSS, STEPS_PER_SECOND);

  public MetricsRecord {
    numbers = Collections.unmodifiableSortedMap(new TreeMap<>(numbers));
  }

  /** Whether it is an evaluation's, not one of the chief's about its pace. */
  public boolean isEvaluation() {
    return !numbers.keySet().equals(PACE);
  }

  /** The line, without its end. */
  String toLine() {
    JsonObject json = new JsonObject();
    json.addProperty(TIME, timeSeconds);
    json.addProperty(STEP, step);
    numbers.forEach((name, value) -> json.add(name, JsonFiles.number(value)));
    return json.toString();
  }

  /** Empty for a line that a killed writer left unfinished. */
  static Optional<MetricsRecord> parse(String line) {
    try {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      double timeSeconds = json.remove(TIME).getAsDouble();
      long step = json.remove(STEP).getAsLong();
      return Optional.of(new MetricsRecord(timeSeconds, step, JsonFiles.numbers(json)));
    } catch (JsonParseException
        | IllegalStateException
        | IllegalArgumentException
        | NullPointerException
        | UnsupportedOperationException unfinished) {
      return Optional.empty();
    }
  }
}
