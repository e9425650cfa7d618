package gradwire.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.kernels.gradient.GradientKernels;
import gradwire.kernels.gradient.OptimizerStep;
import gradwire.kernels.testing.Gpu;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CudaGraphTest {
  @Test
  void captureDoesNothingAndEachReplayDoesAll() {
    try (Gpu gpu = Gpu.open();
        GradientKernels kernels = GradientKernels.load(gpu.context())) {
      DeviceRange weights = gpu.upload(10, 20, 30);
      DeviceRange gradient = gpu.upload(1, 2, 3);
      OptimizerStep step = new OptimizerStep.Sgd(1, 0);
      CudaGraph graph =
          gpu.stream()
              .capture(
                  () -> {
                    kernels.optimizer().step(gpu.stream(), step, weights, List.of(), gradient);
                    kernels.optimizer().step(gpu.stream(), step, weights, List.of(), gradient);
                  });
      assertThat(gpu.floats(weights)).containsExactly(10, 20, 30);
      for (int i = 0; i < 3; i++) {
        gpu.stream().launch(graph);
      }
      assertThat(gpu.floats(weights)).containsExactly(4, 8, 12);
    }
  }

  @Test
  void aCaptureThatFailsLeavesTheStreamAsItWas() {
    try (Gpu gpu = Gpu.open()) {
      DeviceRange range = gpu.upload(1, 2, 3);
      assertThatThrownBy(
              () ->
                  gpu.stream()
                      .capture(
                          () -> {
                            gpu.stream().fill(range, (byte) 0);
                            throw new IllegalArgumentException("planted");
                          }))
          .hasMessage("planted");
      assertThat(gpu.floats(range)).containsExactly(1, 2, 3);
      gpu.stream().fill(range, (byte) 0);
      assertThat(gpu.floats(range)).containsExactly(0, 0, 0);
    }
  }
}
