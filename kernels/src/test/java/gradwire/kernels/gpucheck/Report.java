package gradwire.kernels.gpucheck;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Rows as a table for people and as JSON. */
final class Report {
  private Report() {}

  static String table(List<Row> rows) {
    return rows.stream().map(Report::line).collect(Collectors.joining());
  }

  static String line(Row row) {
    String share =
        Double.isNaN(row.percentOfCopy())
            ? ""
            : String.format(Locale.ROOT, "%7.1f %% of copy", row.percentOfCopy());
    return String.format(
            Locale.ROOT,
            "%-28s %-36s %10.2f %-5s%s",
            row.what(),
            row.how(),
            row.value(),
            row.unit(),
            share)
        + "\n";
  }

  static String json(List<Row> rows) {
    return rows.stream().map(Report::object).collect(Collectors.joining(",\n", "[\n", "\n]\n"));
  }

  private static String object(Row row) {
    String share =
        Double.isNaN(row.percentOfCopy())
            ? ""
            : String.format(Locale.ROOT, ", \"percentOfCopy\": %.2f", row.percentOfCopy());
    return String.format(
            Locale.ROOT,
            "  {\"what\": \"%s\", \"how\": \"%s\", \"value\": %.4f, \"unit\": \"%s\"",
            row.what(),
            row.how(),
            row.value(),
            row.unit())
        + share
        + "}";
  }
}
