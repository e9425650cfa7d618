package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A run's {@code trace.json} as a viewer reads it: the spans, and the points of its arrows. */
record Picture(List<String> tasks, List<Span> spans, List<Point> points) {
  /** Of an arrow's id; above are its worker and server. */
  private static final long SEQUENCE_MASK = (1L << 40) - 1;

  /**
   * A bar.
   *
   * @param row e.g. {@code worker-0/step}
   * @param detail the number that goes with it
   */
  record Span(String row, String name, long beginNanos, long endNanos, long detail) {
    boolean contains(Span other) {
      return row.equals(other.row) && contains(other.beginNanos) && contains(other.endNanos);
    }

    boolean contains(Point point) {
      return row.equals(point.row) && contains(point.atNanos);
    }

    private boolean contains(long nanos) {
      return beginNanos <= nanos && nanos <= endNanos;
    }
  }

  /**
   * Where an arrow begins, passes or ends.
   *
   * @param phase {@code s}, {@code t} or {@code f}
   */
  record Point(String row, String phase, long id, long atNanos) {
    /** The pushing worker's n-th push, from 1. */
    long sequence() {
      return id & SEQUENCE_MASK;
    }
  }

  static Picture read(Path file) throws IOException {
    List<JsonObject> events =
        JsonParser.parseString(Files.readString(file))
            .getAsJsonObject()
            .getAsJsonArray("traceEvents")
            .asList()
            .stream()
            .map(JsonElement::getAsJsonObject)
            .toList();
    Map<String, String> rows = rows(events);
    return new Picture(
        names(events, "process_name").map(Picture::nameOf).toList(),
        ofPhase(events, "X").map(event -> span(event, rows)).toList(),
        events.stream().filter(event -> event.has("id")).map(event -> point(event, rows)).toList());
  }

  private static Map<String, String> rows(List<JsonObject> events) {
    Map<String, String> tasks =
        names(events, "process_name")
            .collect(Collectors.toMap(event -> text(event, "pid"), Picture::nameOf));
    return names(events, "thread_name")
        .collect(
            Collectors.toMap(
                Picture::rowId, event -> tasks.get(text(event, "pid")) + "/" + nameOf(event)));
  }

  private static Stream<JsonObject> names(List<JsonObject> events, String kind) {
    return ofPhase(events, "M").filter(event -> text(event, "name").equals(kind));
  }

  private static Stream<JsonObject> ofPhase(List<JsonObject> events, String phase) {
    return events.stream().filter(event -> text(event, "ph").equals(phase));
  }

  private static Span span(JsonObject event, Map<String, String> rows) {
    long begin = nanos(event, "ts");
    JsonObject details = event.getAsJsonObject("args");
    long detail = details.asMap().values().iterator().next().getAsLong();
    return new Span(
        row(event, rows), text(event, "name"), begin, begin + nanos(event, "dur"), detail);
  }

  private static Point point(JsonObject event, Map<String, String> rows) {
    long id = Long.parseUnsignedLong(text(event, "id").substring("0x".length()), 16);
    return new Point(row(event, rows), text(event, "ph"), id, nanos(event, "ts"));
  }

  private static String row(JsonObject event, Map<String, String> rows) {
    return Objects.requireNonNull(rows.get(rowId(event)), "a row without a name");
  }

  private static String rowId(JsonObject event) {
    return text(event, "pid") + "." + text(event, "tid");
  }

  private static String nameOf(JsonObject event) {
    return text(event.getAsJsonObject("args"), "name");
  }

  private static String text(JsonObject event, String key) {
    return event.get(key).getAsString();
  }

  /** The file has microseconds with three decimals. */
  private static long nanos(JsonObject event, String key) {
    return event.get(key).getAsBigDecimal().movePointRight(3).longValueExact();
  }

  List<Span> spans(String name) {
    return spans.stream().filter(span -> span.name.equals(name)).toList();
  }

  /** What lies in {@code outer}, in the order of time. */
  List<Span> within(Span outer, String name) {
    return spans(name).stream().filter(outer::contains).toList();
  }

  /** Every arrow's points, in the file's order within a task. */
  Map<Long, List<Point>> arrows() {
    return points.stream()
        .collect(Collectors.groupingBy(Point::id, TreeMap::new, Collectors.toList()));
  }

  /** Within a row, a span that begins in another one ends in it. */
  void assertNested() {
    Map<String, List<Span>> rows = spans.stream().collect(Collectors.groupingBy(Span::row));
    for (List<Span> row : rows.values()) {
      List<Span> open = new ArrayList<>();
      for (Span span : row) {
        open.removeIf(outer -> outer.endNanos <= span.beginNanos);
        assertThat(open).as("around %s", span).allMatch(outer -> outer.contains(span));
        open.add(span);
      }
    }
  }
}
