package gradwire.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A trace file as a viewer reads it. */
record TraceEvents(JsonObject other, List<JsonObject> events) {
  static TraceEvents read(Path file) throws IOException {
    JsonObject whole = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    List<JsonObject> events = new ArrayList<>();
    for (JsonElement event : whole.getAsJsonArray("traceEvents")) {
      events.add(event.getAsJsonObject());
    }
    return new TraceEvents(whole.getAsJsonObject("otherData"), events);
  }

  List<JsonObject> ofPhase(String phase) {
    return events.stream().filter(event -> phase.equals(event.get("ph").getAsString())).toList();
  }

  /** {@code process/lane name}, e.g. {@code ps-0/shard push}, in the file's order. */
  List<String> spans() {
    return ofPhase("X").stream().map(event -> row(event) + " " + text(event, "name")).toList();
  }

  /** Per row: times rise, and a span that begins within another one ends within it. */
  void assertInOrderAndNested() {
    Map<String, Deque<BigDecimal>> ends = new HashMap<>();
    Map<String, BigDecimal> last = new HashMap<>();
    for (JsonObject event : events) {
      if (event.has("ts")) {
        String row = row(event);
        BigDecimal begin = event.get("ts").getAsBigDecimal();
        assertThat(begin).as("%s", event).isGreaterThanOrEqualTo(last.getOrDefault(row, begin));
        last.put(row, begin);
        if (event.has("dur")) {
          BigDecimal end = begin.add(event.get("dur").getAsBigDecimal());
          Deque<BigDecimal> open = ends.computeIfAbsent(row, _ -> new ArrayDeque<>());
          open.removeIf(other -> other.compareTo(begin) <= 0);
          assertThat(open)
              .as("spans around %s", event)
              .allMatch(other -> other.compareTo(end) >= 0);
          open.push(end);
        }
      }
    }
  }

  /** Every arrow that begins ends, once, later. */
  void assertFlowsEnd() {
    Map<String, BigDecimal> begun = new HashMap<>();
    ofPhase("s").forEach(flow -> begun.put(text(flow, "id"), flow.get("ts").getAsBigDecimal()));
    assertThat(begun).hasSameSizeAs(ofPhase("s"));
    for (String phase : List.of("t", "f")) {
      for (JsonObject flow : ofPhase(phase)) {
        assertThat(begun.get(text(flow, "id")))
            .isNotNull()
            .isLessThanOrEqualTo(flow.get("ts").getAsBigDecimal());
      }
    }
    assertThat(new TreeSet<>(ofPhase("f").stream().map(flow -> text(flow, "id")).toList()))
        .isEqualTo(new TreeSet<>(begun.keySet()));
  }

  private String row(JsonObject event) {
    return name("process_name", event, false) + "/" + name("thread_name", event, true);
  }

  private String name(String kind, JsonObject event, boolean sameThread) {
    return ofPhase("M").stream()
        .filter(meta -> text(meta, "name").equals(kind))
        .filter(meta -> meta.get("pid").equals(event.get("pid")))
        .filter(meta -> !sameThread || meta.get("tid").equals(event.get("tid")))
        .map(meta -> meta.getAsJsonObject("args").get("name").getAsString())
        .findAny()
        .orElseThrow();
  }

  private static String text(JsonObject event, String key) {
    return event.get(key).getAsString();
  }
}
