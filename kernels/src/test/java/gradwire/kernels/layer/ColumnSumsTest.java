package gradwire.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ColumnSumsTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "7, 33", "64, 32", "1000, 10", "5003, 65", "128, 100"})
  void sumsFollowTheFloat64OracleHoweverManyRowsThereAre(int rows, int columns) {
    try (Gpu gpu = Gpu.open()) {
      ColumnSums sums = LayerKernels.load(gpu.context()).columnSums();
      ColumnSums.Sizes sizes = new ColumnSums.Sizes(rows, columns);
      float[] x = Numbers.gaussians(rows, rows * columns);
      DeviceRange into = gpu.allocate(4L * columns);
      DeviceRange scratch = gpu.allocate(4L * sizes.scratchFloats());
      sums.divided(gpu.stream(), sizes, gpu.upload(x), rows, into, scratch);
      for (int c = 0; c < columns; c++) {
        double sum = 0;
        for (int r = 0; r < rows; r++) {
          sum += x[r * columns + c];
        }
        assertThat((double) gpu.floats(into)[c])
            .as("column %d, seed %d", c, Numbers.SEED)
            .isCloseTo(sum / rows, within(1e-6));
      }
    }
  }
}
