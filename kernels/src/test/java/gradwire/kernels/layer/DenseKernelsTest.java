package gradwire.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of one tile and of many, of one part and of several, against float64. */
final class DenseKernelsTest {
  private static Gpu gpu;
  private static DenseKernels kernels;

  @BeforeAll
  static void open() {
    gpu = Gpu.open();
    kernels = LayerKernels.load(gpu.context()).dense();
  }

  @AfterAll
  static void close() {
    if (gpu != null) {
      gpu.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "3, 5, 7",
    "64, 16, 64",
    "65, 17, 66",
    "100, 784, 100",
    "2, 1000, 3",
    "300, 31, 130",
    "7, 255, 256",
    "129, 257, 63",
  })
  void allThreeProductsFollowTheFloat64Oracle(int rows, int inputs, int outputs) {
    DenseKernels.Sizes sizes = new DenseKernels.Sizes(rows, inputs, outputs);
    float[] x = Numbers.gaussians(1, rows * inputs);
    float[] w = Numbers.gaussians(2, inputs * outputs);
    float[] b = Numbers.gaussians(3, outputs);
    float[] dz = Numbers.gaussians(4, rows * outputs);
    DeviceRange scratch = gpu.allocate(Float.BYTES * sizes.scratchFloats());
    DeviceRange y = gpu.allocate(4L * rows * outputs);
    DeviceRange dx = gpu.allocate(4L * x.length);
    DeviceRange dw = gpu.allocate(4L * w.length);
    kernels.forward(
        gpu.stream(),
        sizes,
        gpu.upload(x),
        gpu.upload(w),
        Optional.of(gpu.upload(b)),
        Activation.RELU,
        y,
        scratch);
    kernels.inputGradient(gpu.stream(), sizes, gpu.upload(dz), gpu.upload(w), dx, scratch);
    kernels.weightsGradient(gpu.stream(), sizes, gpu.upload(dz), gpu.upload(x), dw, scratch);

    Sum forward = (r, o, i) -> (double) x[r * inputs + i] * w[o * inputs + i];
    Sum ofInputs = (r, i, o) -> (double) dz[r * outputs + o] * w[o * inputs + i];
    Sum ofWeights = (o, i, r) -> (double) dz[r * outputs + o] * x[r * inputs + i];
    assertAll("y", gpu.floats(y), rows, outputs, inputs, (r, o) -> relu(forward, r, o, inputs, b));
    assertAll("dx", gpu.floats(dx), rows, inputs, outputs, (r, i) -> ofInputs.over(r, i, outputs));
    assertAll("dw", gpu.floats(dw), outputs, inputs, rows, (o, i) -> ofWeights.over(o, i, rows));
  }

  private static double relu(Sum forward, int row, int column, int depth, float[] bias) {
    return Math.max(0, forward.over(row, column, depth) + bias[column]);
  }

  private interface Sum {
    double term(int row, int column, int k);

    default double over(int row, int column, int depth) {
      double sum = 0;
      for (int k = 0; k < depth; k++) {
        sum += term(row, column, k);
      }
      return sum;
    }
  }

  private interface Expected {
    double at(int row, int column);
  }

  private static void assertAll(
      String what, float[] got, int rows, int columns, int depth, Expected expected) {
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        assertClose(what, got[r * columns + c], expected.at(r, c), depth);
      }
    }
  }

  /** {@code depth} products of standard normal numbers, rounded to 24 bits each. */
  private static void assertClose(String what, float got, double expected, int depth) {
    double error = Math.abs(got - expected);
    if (!(error <= 1e-6 * (depth + 10))) {
      assertThat((double) got).as("%s, seed %d", what, Numbers.SEED).isEqualTo(expected);
    }
  }

  @Test
  void withoutABiasTheSumsAreAsTheyAre() {
    DenseKernels.Sizes sizes = new DenseKernels.Sizes(1, 2, 2);
    DeviceRange y = gpu.allocate(8);
    kernels.forward(
        gpu.stream(),
        sizes,
        gpu.upload(1, 10),
        gpu.upload(1, 2, 3, -4),
        Optional.empty(),
        Activation.IDENTITY,
        y,
        gpu.allocate(0));
    assertThat(gpu.floats(y)).containsExactly(21, -37);
  }

  @Test
  void rowsMayLieApart() {
    DenseKernels.Sizes sizes = new DenseKernels.Sizes(2, 2, 1, 3, 2);
    DeviceRange x = gpu.upload(1, 10, 9, 2, 20);
    DeviceRange w = gpu.upload(3, 4);
    DeviceRange none = gpu.allocate(0);
    DeviceRange y = gpu.upload(-1, -1, -1);
    kernels.forward(gpu.stream(), sizes, x, w, Optional.empty(), Activation.IDENTITY, y, none);
    assertThat(gpu.floats(y)).containsExactly(43, -1, 86);

    DeviceRange dx = gpu.upload(-1, -1, -1, -1, -1);
    kernels.inputGradient(gpu.stream(), sizes, y, w, dx, none);
    assertThat(gpu.floats(dx)).containsExactly(129, 172, -1, 258, 344);

    DeviceRange dw = gpu.allocate(8);
    kernels.weightsGradient(gpu.stream(), sizes, y, x, dw, none);
    assertThat(gpu.floats(dw)).containsExactly(43 + 172, 430 + 1720);
  }

  @Test
  void partsOfADeepProductMayLieApart() {
    DenseKernels.Sizes sizes = new DenseKernels.Sizes(2, 256, 1, 257, 2);
    float[] x = new float[257 + 256];
    Arrays.fill(x, 1);
    float[] w = new float[256];
    Arrays.fill(w, 2);
    DeviceRange y = gpu.upload(-1, -1, -1);
    kernels.forward(
        gpu.stream(),
        sizes,
        gpu.upload(x),
        gpu.upload(w),
        Optional.empty(),
        Activation.IDENTITY,
        y,
        gpu.allocate(Float.BYTES * sizes.scratchFloats()));
    assertThat(gpu.floats(y)).containsExactly(512, -1, 512);
  }

  @Test
  void memoryOfAnotherSizeIsRefused() {
    DenseKernels.Sizes sizes = new DenseKernels.Sizes(3, 2, 2);
    assertThatThrownBy(
            () ->
                kernels.inputGradient(
                    gpu.stream(),
                    sizes,
                    gpu.allocate(24),
                    gpu.allocate(16),
                    gpu.allocate(20),
                    gpu.allocate(0)))
        .hasMessage("x: expected 24 bytes, got 20");
  }
}
