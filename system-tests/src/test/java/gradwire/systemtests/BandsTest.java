package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.oracle.MnistReference.Consistency;
import gradwire.oracle.ReferenceBands;
import gradwire.run.RunResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference job's validation sum is one that an independent float64 reference could give. */
final class BandsTest {
  private static final int STEPS = 200;
  private static final double TAIL = 2_300;

  @TempDir Path folder;

  /**
   * The reference's own asynchronous sums have a long tail above: of 600 by other seeds, five lie
   * above the band, the greatest at 1,895. So the median of three runs must lie in the band, and
   * each of them no further from it than the tail.
   */
  @ParameterizedTest
  @CsvSource({"ASYNC,1", "ASYNC,2", "ASYNC,3", "SYNC,1", "SYNC,2", "SYNC,3"})
  void twoHundredStepsEndInTheReferencesBand(Consistency consistency, int seed) throws IOException {
    boolean sync = consistency == Consistency.SYNC;
    ReferenceBands bands = ReferenceBands.read();
    double low = bands.low(sync, 2, STEPS);
    double high = bands.high(sync, 2, STEPS);
    int numRuns = sync ? 1 : 3;
    double[] crossEntropies = new double[numRuns];
    for (int run = 0; run < numRuns; run++) {
      crossEntropies[run] = validationCrossEntropy(folder.resolve("run" + run), sync, seed);
      assertThat(crossEntropies[run]).isBetween(low, sync ? high : TAIL);
    }
    Arrays.sort(crossEntropies);
    assertThat(crossEntropies[numRuns / 2])
        .as("of %s", Arrays.toString(crossEntropies))
        .isBetween(low, high);
  }

  private static double validationCrossEntropy(Path runDir, boolean sync, int seed) {
    RunResult result =
        InProcessRun.succeeding(
            Repository.REFERENCE_JOB,
            runDir,
            "estimator.script_params.train_steps=" + STEPS,
            "estimator.script_params.sync_replicas=" + sync,
            "training.seed=" + seed);
    Double crossEntropy = result.metrics().get("validationCrossEntropy");
    assertThat(crossEntropy).isNotNull();
    return crossEntropy == null ? Double.NaN : crossEntropy;
  }
}
