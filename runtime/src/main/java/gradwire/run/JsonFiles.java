package gradwire.run;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import gradwire.error.GradwireException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** JSON as the run folder writes it: a number that is not finite is null, as JSON has no word. */
final class JsonFiles {
  private JsonFiles() {}

  /**
   * Reads one JSON file as a value.
   *
   * @throws GradwireException if it is missing, cut short or not what {@code parser} understands
   */
  static <T> T read(Path path, Function<JsonObject, T> parser) {
    try {
      return parser.apply(JsonParser.parseString(Files.readString(path)).getAsJsonObject());
    } catch (IOException | JsonParseException e) {
      throw unreadable(path, e);
    } catch (IllegalStateException
        | IllegalArgumentException
        | NullPointerException
        | UnsupportedOperationException e) {
      throw unreadable(path, e);
    }
  }

  static JsonElement number(double value) {
    return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
  }

  static JsonElement text(@Nullable String value) {
    return value == null ? JsonNull.INSTANCE : new JsonPrimitive(value);
  }

  static JsonObject numbers(SortedMap<String, Double> values) {
    JsonObject json = new JsonObject();
    values.forEach((name, value) -> json.add(name, number(value)));
    return json;
  }

  static double number(JsonElement json) {
    return json.isJsonNull() ? Double.NaN : json.getAsDouble();
  }

  static SortedMap<String, Double> numbers(JsonObject json) {
    SortedMap<String, Double> values = new TreeMap<>();
    json.entrySet().forEach(entry -> values.put(entry.getKey(), number(entry.getValue())));
    return values;
  }

  private static GradwireException unreadable(Path path, Exception cause) {
    return new GradwireException(
        path
            + ": expected a whole JSON file as Gradwire writes it, got "
            + cause
            + "; the file is damaged or from another version: remove it",
        cause);
  }
}
