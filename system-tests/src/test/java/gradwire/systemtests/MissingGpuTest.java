package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gradwire.kernels.cuda.CudaSupport;
import gradwire.run.RunResult;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job that asks for GPUs and gets none ends within seconds; it doesn't train on the CPU. */
final class MissingGpuTest {
  private static final Duration SECONDS = Duration.ofSeconds(30);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"local", "inprocess"})
  void aMachineWithoutOneIsToldBeforeTheFirstStep(String target) {
    assumeTrue(CudaSupport.find() instanceof CudaSupport.NotHere);
    assertFails(Repository.REFERENCE_JOB, target, "estimator.use_gpu: expected ");
  }

  @Test
  void anEntryClassThatComputesOnTheCpuIsNamed() {
    assertFails(
        Repository.QUADRATIC_JOB,
        "local",
        "estimator.use_gpu: expected false with gradwire.examples.quadratic.Quadratic");
  }

  private void assertFails(Path job, String target, String words) {
    Path runDir = folder.resolve("run");
    try (Command command =
        Command.run(job, runDir, "estimator.use_gpu=true", "compute_target=" + target)) {
      assertThat(command.awaitExit(SECONDS)).as(command::said).isEqualTo(1);
      assertThat(command.out()).contains(words).contains("status   failed");
    }
    RunResult result = RunResult.read(runDir.resolve("result.json"));
    assertThat(result.error()).contains(words);
    assertThat(result.globalSteps()).isNull();
  }
}
