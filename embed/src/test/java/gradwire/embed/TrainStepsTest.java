package gradwire.embed;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.config.Consistency;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class TrainStepsTest {
  private static final TrainSteps STEPS = new TrainSteps(3, 100, 8);

  @Test
  void aSyncStepTakesABatchOfEveryReplica() {
    assertThat(STEPS.count(new Consistency.Sync(OptionalInt.empty()), 4)).isEqualTo(10);
  }

  @Test
  void aSyncStepWithBackupWorkersTakesTheBatchesItWaitsFor() {
    assertThat(STEPS.count(new Consistency.Sync(OptionalInt.of(2)), 4)).isEqualTo(19);
  }

  @Test
  void otherwiseEveryBatchIsAStep() {
    assertThat(STEPS.count(new Consistency.Async(), 4)).isEqualTo(38);
    assertThat(STEPS.count(new Consistency.Ssp(1), 4)).isEqualTo(38);
  }
}
