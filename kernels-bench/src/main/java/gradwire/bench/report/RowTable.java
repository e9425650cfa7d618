package gradwire.bench.report;

import gradwire.cli.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rows for people, in the order they were measured. */
public final class RowTable {
  private RowTable() {}

  /** The table alone. */
  public static String of(List<Row> rows) {
    return table(rows, null);
  }

  /** The table with what {@code before} had under the same name, and the change in percent. */
  public static String of(List<Row> rows, List<Row> before) {
    return table(
        rows, before.stream().collect(Collectors.toMap(Row::name, row -> row, (a, b) -> b)));
  }

  private static String table(List<Row> rows, @Nullable Map<String, Row> before) {
    List<String> titles =
        new ArrayList<>(
            List.of(
                "name", "MB/s", "limit", "of limit", "CPU s/GB", "p50 us", "p99 us", "B/op", "by"));
    if (before != null) {
      titles.addAll(7, List.of("before", "change"));
    }
    TextTable table = new TextTable(titles.toArray(String[]::new));
    for (Row row : rows) {
      List<String> cells = cells(row);
      if (before != null) {
        cells.addAll(7, change(row, before.get(row.name())));
      }
      table.add(cells.toArray(String[]::new));
    }
    return table.toString();
  }

  private static List<String> cells(Row row) {
    return new ArrayList<>(
        List.of(
            row.name(),
            number("%,.0f", row.mbPerSecond()),
            number("%,.0f", row.limitMbPerSecond()),
            number("%.0f %%", row.percentOfLimit()),
            number("%.2f", row.cpuSecondsPerGb()),
            number("%,.0f", row.extra().p50Micros()),
            number("%,.0f", row.extra().p99Micros()),
            number("%,.0f", row.extra().allocatedBytesPerOp()),
            row.limit()));
  }

  private static List<String> change(Row now, @Nullable Row before) {
    return before == null
        ? List.of("", "new")
        : List.of(
            number("%,.0f", before.mbPerSecond()),
            number("%+.0f %%", 100 * (now.mbPerSecond() / before.mbPerSecond() - 1)));
  }

  private static String number(String format, @Nullable Double value) {
    return value == null || !Double.isFinite(value)
        ? ""
        : String.format(Locale.ROOT, format, value);
  }
}
