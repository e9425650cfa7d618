package gradwire.kernels.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.kernels.code.Image;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GradientKernelsTest {
  @Test
  void whatTheDriverTranslatesGivesTheSameBits() {
    try (Gpu gpu = Gpu.open();
        GradientKernels chosen = GradientKernels.load(gpu.context());
        GradientKernels translated = GradientKernels.load(gpu.context(), Image.PTX, 8)) {
      assertThat(adam(gpu, translated)).as("seed %d", Numbers.SEED).isEqualTo(adam(gpu, chosen));
    }
  }

  private static int[] adam(Gpu gpu, GradientKernels kernels) {
    DeviceRange weights = gpu.upload(Numbers.gaussians(0, 1021));
    List<DeviceRange> slots = List.of(gpu.upload(new float[1021]), gpu.upload(new float[1021]));
    DeviceRange gradient = gpu.upload(Numbers.gaussians(1, 1021));
    OptimizerStep step = new OptimizerStep.Adam(0.1f, 0.1f, 0.001f, 1e-8f, 0.01f, 0);
    kernels.optimizer().step(gpu.stream(), step, weights, slots, gradient);
    return Numbers.bits(gpu.floats(weights));
  }
}
