package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.oracle.MnistReference.Consistency;
import gradwire.oracle.ReferenceBands;
import gradwire.run.RunResult;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference job's validation sum is one that an independent float64 reference could give. */
final class BandsTest {
  private static final int STEPS = 200;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"ASYNC,1", "ASYNC,2", "ASYNC,3", "SYNC,1", "SYNC,2", "SYNC,3"})
  void twoHundredStepsEndInTheReferencesBand(Consistency consistency, int seed) throws IOException {
    RunResult result =
        InProcessRun.succeeding(
            Repository.REFERENCE_JOB,
            folder.resolve("run"),
            "estimator.script_params.train_steps=" + STEPS,
            "estimator.script_params.sync_replicas=" + (consistency == Consistency.SYNC),
            "training.seed=" + seed);
    ReferenceBands bands = ReferenceBands.read();
    boolean sync = consistency == Consistency.SYNC;
    assertThat(result.metrics().get("validationCrossEntropy"))
        .isBetween(bands.low(sync, 2, STEPS), bands.high(sync, 2, STEPS));
  }
}
