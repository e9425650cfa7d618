package gradwire.systemtests;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import gradwire.oracle.MnistReference.Consistency;
import gradwire.oracle.ReferenceBands;
import gradwire.run.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Twenty seeds of the reference job as processes; leaves {@code target/mnist-replica-bands.md}. */
@Tag("slow")
final class MeasuredBandsTest {
  private static final int NUM_SEEDS = 20;
  private static final int[] STEPS = {200, 500};

  @TempDir Path folder;

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void everySeedEndsInTheReferencesBand() throws IOException {
    ReferenceBands bands = ReferenceBands.read();
    List<String> table = new ArrayList<>();
    table.add("| steps | mode | measured: mean (min to max) | reference: mean (band) | outside |");
    table.add("|---|---|---|---|---|");
    List<String> outside = new ArrayList<>();
    for (int steps : STEPS) {
      measure(bands, Consistency.ASYNC, steps, table, outside);
      measure(bands, Consistency.SYNC, steps, table, outside);
    }
    Path report = Repository.ROOT.resolve("system-tests/target/mnist-replica-bands.md");
    Files.writeString(report, String.join("\n", table) + "\n");
    assertThat(outside).as(String.join("\n", table)).isEmpty();
  }

  private void measure(
      ReferenceBands bands,
      Consistency consistency,
      int steps,
      List<String> table,
      List<String> outside) {
    boolean sync = consistency == Consistency.SYNC;
    DoubleSummaryStatistics sums = new DoubleSummaryStatistics();
    int numOutside = 0;
    for (int seed = 0; seed < NUM_SEEDS; seed++) {
      double sum = validationSum(consistency, steps, seed);
      sums.accept(sum);
      if (!bands.contain(sync, 2, steps, sum)) {
        numOutside++;
        outside.add(consistency + " " + steps + " steps, seed " + seed + ": " + sum);
      }
    }
    table.add(
        String.format(
            Locale.ROOT,
            "| %d | %s | %.0f (%.0f to %.0f) | %.0f (%.0f to %.0f) | %d of %d |",
            steps,
            consistency.name().toLowerCase(Locale.ROOT),
            sums.getAverage(),
            sums.getMin(),
            sums.getMax(),
            bands.band(consistency, 2, steps).mean(),
            bands.low(sync, 2, steps),
            bands.high(sync, 2, steps),
            numOutside,
            NUM_SEEDS));
  }

  private double validationSum(Consistency consistency, int steps, int seed) {
    Path runDir = folder.resolve(consistency + "-" + steps + "-" + seed);
    try (Command command =
        Command.run(
            Repository.REFERENCE_JOB,
            runDir,
            "estimator.script_params.train_steps=" + steps,
            "estimator.script_params.sync_replicas=" + (consistency == Consistency.SYNC),
            "training.seed=" + seed)) {
      assertThat(command.awaitExit()).as(command::said).isZero();
    }
    RunResult result = RunResult.read(runDir.resolve("result.json"));
    return requireNonNull(result.metrics().get("validationCrossEntropy"));
  }
}
