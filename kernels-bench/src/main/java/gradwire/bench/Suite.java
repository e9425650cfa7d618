package gradwire.bench;

import gradwire.bench.harness.Plan;
import gradwire.bench.report.Row;
import gradwire.bench.transport.TransportRows;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code gradwire bench NAME} can name. */
enum Suite {
  TRANSPORT("push, pull and both between two processes, against raw sockets and memory copy");

  private final String description;

  Suite(String description) {
    this.description = description;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String description() {
    return description;
  }

  static List<String> words() {
    return Arrays.stream(values()).map(Suite::word).toList();
  }

  static Optional<Suite> of(String word) {
    return Arrays.stream(values()).filter(suite -> suite.word().equals(word)).findAny();
  }

  /** The whole matrix. */
  List<BenchCase> cases() {
    return switch (this) {
      case TRANSPORT ->
          TransportRows.listing().stream()
              .map(
                  one ->
                      new BenchCase(
                          this,
                          one.name(),
                          one.carrier(),
                          one.isRepresentative(),
                          one.memoryBytes()))
              .toList();
    };
  }

  /** What measures cases of one group in this very process. */
  Measuring measuring(Plan plan) {
    return switch (this) {
      case TRANSPORT -> {
        TransportRows rows = new TransportRows(plan);
        yield new Measuring() {
          @Override
          public void warmUp(List<String> names) {
            rows.warmUp(names);
          }

          @Override
          public Row measure(String name) {
            return rows.measure(name);
          }
        };
      }
    };
  }

  /** Measures one row at a time. One thread. */
  interface Measuring {
    /** Before the first row; {@code names} are those that will follow. */
    default void warmUp(List<String> names) {}

    Row measure(String name);
  }
}
