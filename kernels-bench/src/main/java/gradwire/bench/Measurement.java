package gradwire.bench;

import gradwire.bench.harness.Child;
import gradwire.bench.harness.Plan;
import gradwire.bench.report.Row;
import gradwire.bench.report.RowJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Measures rows, each group in a process of its own. One thread. */
final class Measurement {
  /** As {@code ./gradwire worker}. */
  private static final List<String> JVM_OPTIONS = List.of("-Xmx512m", "-XX:MaxDirectMemorySize=1g");

  private final Plan plan;
  private final Progress progress;
  private final long memoryBytes;
  private final List<Row> rows = new ArrayList<>();
  private boolean hasFailed;

  /**
   * @param memoryBytes rows that take more are left out
   */
  Measurement(Plan plan, Progress progress, long memoryBytes) {
    this.plan = plan;
    this.progress = progress;
    this.memoryBytes = memoryBytes;
  }

  /** Measures what fits; a row that fails does not keep the others from being measured. */
  List<Row> run(List<BenchCase> cases) {
    Map<String, List<BenchCase>> groups =
        cases.stream()
            .filter(this::fits)
            .collect(
                Collectors.groupingBy(
                    one -> one.suite().word() + " " + one.group(),
                    LinkedHashMap::new,
                    Collectors.toList()));
    groups.forEach(this::measure);
    progress.end();
    return List.copyOf(rows);
  }

  /** Whether a row that was asked for, and would have fitted, is not there. */
  boolean hasFailed() {
    return hasFailed;
  }

  private boolean fits(BenchCase one) {
    boolean fits = one.memoryBytes() <= memoryBytes;
    if (!fits) {
      progress.skipped(
          one.name(),
          "takes %,d MB of memory, and %,d MB may be taken here"
              .formatted(one.memoryBytes() / 1_000_000, memoryBytes / 1_000_000));
    }
    return fits;
  }

  private void measure(String group, List<BenchCase> cases) {
    progress.began(group);
    List<String> arguments = new ArrayList<>();
    arguments.add(cases.getFirst().suite().word());
    arguments.add(plan.word());
    cases.forEach(one -> arguments.add(one.name()));
    try (Child child = new Child(RowsMain.class, JVM_OPTIONS, arguments)) {
      for (BenchCase one : cases) {
        take(one, child.awaitLine());
      }
    }
  }

  private void take(BenchCase one, @Nullable String line) {
    if (line != null && line.startsWith(RowsMain.ROW)) {
      Row row = RowJson.parse(line.substring(RowsMain.ROW.length()));
      rows.add(row);
      progress.measured(row);
      return;
    }
    hasFailed = true;
    progress.failed(
        one.name(),
        line == null
            ? "its process has ended; see above"
            : line.substring(RowsMain.FAILED.length() + one.name().length()).strip());
  }
}
