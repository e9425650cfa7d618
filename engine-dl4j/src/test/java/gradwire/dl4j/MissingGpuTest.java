package gradwire.dl4j;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gradwire.config.ComputeChoice;
import gradwire.config.EngineChoice;
import gradwire.error.UsageException;
import gradwire.kernels.cuda.CudaSupport;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Where there is no GPU. */
final class MissingGpuTest {
  @Test
  void askingForAGpuIsRefusedAndTheCpuDoesNotStepIn() {
    assumeTrue(CudaSupport.find() instanceof CudaSupport.NotHere);
    Dl4jOptions options =
        Dl4jOptions.DEFAULT.with(new ComputeChoice(EngineChoice.AUTO, OptionalInt.of(0)));
    assertThatThrownBy(() -> Dl4jEngine.of(Networks.mlp(), options))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("estimator.use_gpu: expected ");
  }
}
