package gradwire.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import gradwire.bench.report.Row.Extra;
import gradwire.error.UsageException;
import gradwire.run.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Rows as JSON: a list of flat objects. A number that is not finite is null. */
public final class RowJson {
  private static final Gson PRETTY =
      new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping().create();

  private RowJson() {}

  /** One row on one line. */
  public static String line(Row row) {
    return object(row).toString();
  }

  /** What {@link #line} wrote. */
  public static Row parse(String line) {
    return row(JsonParser.parseString(line).getAsJsonObject());
  }

  /** Writes the whole list, or nothing. */
  public static void write(Path file, List<Row> rows) {
    JsonArray list = new JsonArray();
    rows.forEach(row -> list.add(object(row)));
    AtomicFiles.write(file, PRETTY.toJson(list) + "\n");
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws UsageException if there is no such file, or it holds something else
   */
  public static List<Row> read(Path file) {
    try {
      List<Row> rows = new ArrayList<>();
      JsonParser.parseString(Files.readString(file))
          .getAsJsonArray()
          .forEach(row -> rows.add(row(row.getAsJsonObject())));
      return rows;
    } catch (IOException
        | JsonParseException
        | IllegalStateException
        | NullPointerException
        | UnsupportedOperationException
        | IllegalArgumentException e) {
      throw new UsageException(
          file + ": expected a file that --json wrote, got " + e + "; give one that is", e);
    }
  }

  private static JsonObject object(Row row) {
    JsonObject json = new JsonObject();
    json.addProperty("name", row.name());
    json.addProperty("transport", row.transport());
    json.addProperty("direction", row.direction());
    json.addProperty("bytes", row.bytes());
    json.addProperty("workers", row.workers());
    json.add("mbPerSecond", number(row.mbPerSecond()));
    json.add("limitMbPerSecond", number(row.limitMbPerSecond()));
    json.add("percentOfLimit", number(row.percentOfLimit()));
    json.add("cpuSecondsPerGb", number(row.cpuSecondsPerGb()));
    json.addProperty("limit", row.limit());
    json.addProperty("tls", row.tls());
    addIfKnown(json, "p50Micros", row.extra().p50Micros());
    addIfKnown(json, "p99Micros", row.extra().p99Micros());
    addIfKnown(json, "limitP50Micros", row.extra().limitP50Micros());
    addIfKnown(json, "allocatedBytesPerOp", row.extra().allocatedBytesPerOp());
    addIfKnown(json, "limitCpuSecondsPerGb", row.extra().limitCpuSecondsPerGb());
    addWork(json, row.extra().work());
    return json;
  }

  private static void addWork(JsonObject json, @Nullable Work work) {
    if (work != null) {
      json.addProperty("flops", work.flops());
      json.addProperty("touchedBytes", work.bytes());
      json.addProperty("flopsPerByte", work.flopsPerByte());
      json.addProperty("bound", work.bound().name().toLowerCase(Locale.ROOT));
    }
  }

  private static @Nullable Work work(JsonObject json) {
    return json.has("bound")
        ? new Work(
            json.get("flops").getAsLong(),
            json.get("touchedBytes").getAsLong(),
            Work.Bound.valueOf(json.get("bound").getAsString().toUpperCase(Locale.ROOT)))
        : null;
  }

  private static Row row(JsonObject json) {
    return new Row(
        json.get("name").getAsString(),
        json.get("transport").getAsString(),
        json.get("direction").getAsString(),
        json.get("bytes").getAsLong(),
        json.get("workers").getAsInt(),
        number(json.get("mbPerSecond")),
        number(json.get("limitMbPerSecond")),
        number(json.get("cpuSecondsPerGb")),
        json.has("limit") ? json.get("limit").getAsString() : "",
        new Extra(
            known(json, "p50Micros"),
            known(json, "p99Micros"),
            known(json, "limitP50Micros"),
            known(json, "allocatedBytesPerOp"),
            known(json, "limitCpuSecondsPerGb"),
            work(json)));
  }

  private static void addIfKnown(JsonObject json, String key, @Nullable Double value) {
    if (value != null) {
      json.add(key, number(value));
    }
  }

  private static @Nullable Double known(JsonObject json, String key) {
    return json.has(key) ? number(json.get(key)) : null;
  }

  private static JsonElement number(double value) {
    return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
  }

  private static double number(JsonElement json) {
    return json.isJsonNull() ? Double.NaN : json.getAsDouble();
  }
}
