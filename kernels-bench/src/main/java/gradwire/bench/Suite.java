package gradwire.bench;

import gradwire.bench.harness.Plan;
import gradwire.bench.kernel.KernelCases;
import gradwire.bench.micro.MicroCase;
import gradwire.bench.micro.MicroCases;
import gradwire.bench.micro.MicroRows;
import gradwire.bench.report.Row;
import gradwire.bench.transport.TransportRows;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code gradwire bench NAME} can name. */
enum Suite {
  /** Push, pull and both between two processes, against raw sockets and memory copy. */
  TRANSPORT,
  /** Gradients applied to a shard, against STREAM's triad. */
  OPTIMIZER,
  /** One frame written and read, against memory copy. */
  CODEC,
  /** The mean over replicas, against STREAM's triad. */
  REDUCE,
  /** A gradient by each engine, against the rate of a matrix product. */
  STEP,
  /** Single kernels on each backend, against a matrix product or the memory. */
  KERNELS;

  String word() {
    return name().toLowerCase(Locale.ROOT);
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
      case OPTIMIZER, CODEC, REDUCE, STEP, KERNELS ->
          microCases().stream()
              .map(
                  one ->
                      new BenchCase(
                          this, one.name(), word(), one.isRepresentative(), one.memoryBytes()))
              .toList();
    };
  }

  /** A line for each group of rows that this machine can't have. */
  List<String> missing() {
    return switch (this) {
      case KERNELS -> KernelCases.missing();
      case TRANSPORT, OPTIMIZER, CODEC, REDUCE, STEP -> List.of();
    };
  }

  private List<MicroCase> microCases() {
    return switch (this) {
      case TRANSPORT -> List.of();
      case OPTIMIZER -> MicroCases.optimizer();
      case CODEC -> MicroCases.codec();
      case REDUCE -> MicroCases.reduce();
      case STEP -> MicroCases.step();
      case KERNELS -> KernelCases.all();
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
      case OPTIMIZER, CODEC, REDUCE, STEP, KERNELS -> new MicroRows(plan, microCases())::measure;
    };
  }

  /** Measures one row at a time. One thread. */
  @FunctionalInterface
  interface Measuring {
    /** Before the first row; {@code names} are those that will follow. */
    default void warmUp(List<String> names) {}

    Row measure(String name);
  }
}
