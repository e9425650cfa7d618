package gradwire.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.testing.Gpu;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LayerNormKernelsTest {
  @Test
  void aRowOfEqualElementsBecomesTheBiasAndHasNoGradient() {
    try (Gpu gpu = Gpu.open()) {
      LayerNormKernels kernels = LayerKernels.load(gpu.context()).layerNorm();
      ColumnSums.Sizes sizes = new ColumnSums.Sizes(2, 3);
      DeviceRange x = gpu.upload(0.1f, 0.1f, 0.1f, -1, 0, 1);
      DeviceRange gain = gpu.upload(1, 1, 1);
      LayerNormKernels.Parameters parameters =
          new LayerNormKernels.Parameters(gain, Optional.of(gpu.upload(5, 6, 7)));
      LayerNormKernels.Memory memory =
          new LayerNormKernels.Memory(gpu.allocate(8), gpu.allocate(8));
      DeviceRange y = gpu.allocate(24);
      kernels.forward(gpu.stream(), sizes, parameters, x, y, memory);
      float deviation = (float) Math.sqrt(2 / 3.0);
      assertThat(gpu.floats(y)).containsExactly(5, 6, 7, 5 - 1 / deviation, 6, 7 + 1 / deviation);

      DeviceRange dx = gpu.upload(1, 2, 3, 0, 0, 0);
      kernels.inputGradient(gpu.stream(), sizes, dx, x, gain, memory, dx);
      assertThat(gpu.floats(dx)).containsExactly(new float[6], within(0f));
    }
  }
}
