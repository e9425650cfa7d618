package gradwire.bench.report;

import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** A row that has operations and took time. */
record RooflinePoint(Row row, double flopsPerByte, double gigaflops) {
  private static final String OTHER_COLOUR = "#666";

  /** By the second word of a name. */
  private static final Map<String, String> COLOURS =
      Map.of("native", "#2a7f9e", "nd4j", "#d6852f", "cuda", "#3a8f5c");

  static Stream<RooflinePoint> of(Row row) {
    Work work = row.extra().work();
    return work == null || work.flops() == 0 || !(row.mbPerSecond() > 0)
        ? Stream.empty()
        : Stream.of(
            new RooflinePoint(
                row, work.flopsPerByte(), row.mbPerSecond() / 1e3 / work.counted() * work.flops()));
  }

  Work work() {
    return Objects.requireNonNull(row.extra().work());
  }

  String colour() {
    String[] words = row.name().split("/", -1);
    return words.length < 2 ? OTHER_COLOUR : COLOURS.getOrDefault(words[1], OTHER_COLOUR);
  }
}
