package gradwire.oracle;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import gradwire.oracle.MnistReference.Consistency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The bands of the reference job, stored in {@code mnist-reference-bands.json}. Immutable. */
public record ReferenceBands(List<ReferenceBand> bands) {
  private static final int NUM_SEEDS = 20;
  private static final Gson JSON = new GsonBuilder().setPrettyPrinting().create();

  /** A training whose result is reported at several steps on its way. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by no one.
  private record Training(Consistency consistency, int numWorkers, int... reportSteps) {}

  private static final List<Training> TRAININGS =
      List.of(
          new Training(Consistency.ASYNC, 2, 200, 500, 1_000, 10_000),
          new Training(Consistency.ASYNC_BY_CHANCE, 2, 200, 500, 1_000),
          new Training(Consistency.SYNC, 2, 200, 500, 1_000),
          new Training(Consistency.ASYNC, 3, 20_000));

  public ReferenceBands {
    bands = List.copyOf(bands);
  }

  /** The bands as stored. */
  public static ReferenceBands read() throws IOException {
    return JSON.fromJson(Files.readString(file()), ReferenceBands.class);
  }

  /** The bands, trained anew: about 20 minutes of CPU time. */
  static ReferenceBands compute(RawMnist data) {
    List<ReferenceBand> bands = new ArrayList<>();
    for (Training training : TRAININGS) {
      bands.addAll(compute(data, training));
    }
    return new ReferenceBands(bands);
  }

  void write() throws IOException {
    Files.writeString(file(), JSON.toJson(this) + "\n");
  }

  /** The band of the job with that many workers and steps. */
  public ReferenceBand band(Consistency consistency, int numWorkers, int steps) {
    return bands.stream()
        .filter(b -> b.consistency() == consistency)
        .filter(b -> b.numWorkers() == numWorkers && b.steps() == steps)
        .findFirst()
        .orElseThrow();
  }

  /**
   * Whether a run of the real job gave what the reference could have given. Nobody decides the
   * order of a real asynchronous run: it lies between workers that take turns and workers drawn at
   * random.
   */
  public boolean contain(boolean sync, int numWorkers, int steps, double validationSum) {
    return low(sync, numWorkers, steps) <= validationSum
        && validationSum <= high(sync, numWorkers, steps);
  }

  /** The least sum that {@link #contain} accepts. */
  public double low(boolean sync, int numWorkers, int steps) {
    return fitting(sync, numWorkers, steps).mapToDouble(ReferenceBand::low).min().orElseThrow();
  }

  /** The greatest sum that {@link #contain} accepts. */
  public double high(boolean sync, int numWorkers, int steps) {
    return fitting(sync, numWorkers, steps).mapToDouble(ReferenceBand::high).max().orElseThrow();
  }

  private Stream<ReferenceBand> fitting(boolean sync, int numWorkers, int steps) {
    return bands.stream()
        .filter(b -> (b.consistency() == Consistency.SYNC) == sync)
        .filter(b -> b.numWorkers() == numWorkers && b.steps() == steps);
  }

  private static List<ReferenceBand> compute(RawMnist data, Training training) {
    List<double[]> sumsBySeed =
        IntStream.range(0, NUM_SEEDS)
            .mapToObj(
                seed ->
                    new MnistReference(data, training.consistency, training.numWorkers, seed)
                        .validationSums(training.reportSteps))
            .toList();
    List<ReferenceBand> bands = new ArrayList<>();
    for (int i = 0; i < training.reportSteps.length; i++) {
      int report = i;
      List<Double> values = sumsBySeed.stream().map(sums -> sums[report]).toList();
      bands.add(
          ReferenceBand.of(
              training.consistency, training.numWorkers, training.reportSteps[i], values));
    }
    return bands;
  }

  private static Path file() {
    return Path.of(System.getProperty("gradwire.repository"))
        .resolve("system-tests/src/test/resources/mnist-reference-bands.json");
  }
}
