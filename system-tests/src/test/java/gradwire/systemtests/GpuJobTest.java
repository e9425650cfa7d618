package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gradwire.cuda.testing.DriverDouble;
import gradwire.run.RunResult;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs whose workers compute on GPUs: processes that load a driver library, which is a double that
 * runs the kernels' sources on this processor.
 */
final class GpuJobTest {
  private static final String[] JOB = {
    "estimator.use_gpu=true",
    "estimator.script_params.sync_replicas=true",
    "estimator.script_params.train_steps=100",
    "estimator.script_params.hidden_units=24",
    "estimator.script_params.--input_data=" + Repository.DATA,
  };

  private static Path driver;

  @TempDir Path folder;

  @BeforeAll
  static void build() {
    assumeTrue(DriverDouble.find().isPresent(), "no g++: the double of the driver can't be built");
    driver = Path.of(DriverDouble.find().orElseThrow().library());
  }

  @Test
  void mnistReplicaTrainsAndItsBitsDependOnTheJobAlone() {
    RunResult first = run("one-server", "estimator.parameter_server_count=1");
    assertThat(first.backend())
        .isEqualTo("native-cuda (Double of a device, compute capability 7.5)");
    assertThat(first.updatesLost()).isZero();
    assertThat(first.updatesDuplicated()).isZero();
    assertThat(first.metrics().get("validationCrossEntropy")).isLessThan(0.4 * VALIDATION_IMAGES);
    RunResult second = run("two-servers", "estimator.parameter_server_count=2");
    assertThat(second.parametersSha256()).isEqualTo(first.parametersSha256());
  }

  /** {@code validationCrossEntropy} is their sum. */
  private static final int VALIDATION_IMAGES = 5_000;

  private RunResult run(String name, String servers) {
    Path runDir = folder.resolve(name);
    String[] sets = java.util.Arrays.copyOf(JOB, JOB.length + 1);
    sets[JOB.length] = servers;
    try (Command command = Command.runOnGpus(driver, Repository.REFERENCE_JOB, runDir, sets)) {
      assertThat(command.awaitExit()).as(command::said).isZero();
    }
    return RunResult.read(runDir.resolve("result.json"));
  }
}
