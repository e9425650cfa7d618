package gradwire.systemtests;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's main command. */
final class StopAtTest {
  @TempDir Path folder;

  @Test
  void theMainJobStopsAtNinetySevenPercentAndSaysWhen() {
    Path runDir = folder.resolve("run");
    try (Command command = Command.run(Repository.MNIST_JOB, runDir)) {
      assertThat(command.awaitExit()).as(command::said).isZero();
      assertThat(command.out()).contains("target   test_accuracy 0.97 reached after");
    }
    RunResult result = RunResult.read(runDir.resolve("result.json"));
    assertThat(result.status()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(result.globalSteps()).isLessThan(10_000L);
    RunResult.TimeToTarget target = requireNonNull(result.timeToTarget(), result.toJson());
    assertThat(target.metric()).isEqualTo("test_accuracy");
    assertThat(target.value()).isEqualTo(0.97);
    assertThat(target.seconds()).isPositive().isLessThan(result.wallSeconds());
    assertThat(target.step()).isPositive().isLessThanOrEqualTo(result.globalSteps());
  }

  @Test
  void inSyncTheStepAtWhichARunStopsIsAFunctionOfTheJob() {
    String[] sets = {
      "training.consistency=sync",
      "training.evaluate_every_steps=40",
      "training.stop_at={metric: test_accuracy, value: 0.85}"
    };
    RunResult first = InProcessRun.succeeding(Repository.MNIST_JOB, folder.resolve("first"), sets);
    RunResult second =
        InProcessRun.succeeding(Repository.MNIST_JOB, folder.resolve("second"), sets);
    assertThat(first.globalSteps()).isLessThan(1_000L);
    assertThat(second.globalSteps()).isEqualTo(first.globalSteps());
    assertThat(second.parametersSha256()).isEqualTo(first.parametersSha256());
  }
}
