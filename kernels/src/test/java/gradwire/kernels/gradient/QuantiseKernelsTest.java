package gradwire.kernels.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class QuantiseKernelsTest {
  private static Gpu gpu;
  private static QuantiseKernels kernels;

  @BeforeAll
  static void open() {
    gpu = Gpu.open();
    kernels = GradientKernels.load(gpu.context()).quantise();
  }

  @AfterAll
  static void close() {
    if (gpu != null) {
      gpu.close();
    }
  }

  /** One way and back. */
  private record Trip(byte[] quantised, float[] scales, float[] back) {
    static Trip of(float[] values, int offset) {
      DeviceRange quantised = gpu.allocate(values.length);
      DeviceRange scales = gpu.allocate(4 * QuantiseKernels.numScales(values.length));
      DeviceRange back = gpu.allocate(4L * values.length);
      kernels.quantise(gpu.stream(), gpu.upload(values, offset), quantised, scales);
      kernels.dequantise(gpu.stream(), quantised, scales, back);
      return new Trip(gpu.bytes(quantised), gpu.floats(scales), gpu.floats(back));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 255, 256, 257, 1021, 65_537})
  void bitsAreThoseOfTheFormula(int length) {
    for (int offset : new int[] {0, Float.BYTES}) {
      float[] values = Numbers.gaussians(length, length);
      Trip trip = Trip.of(values, offset);
      for (int block = 0; block < trip.scales.length; block++) {
        checkBlock(values, trip, block);
      }
    }
  }

  private static void checkBlock(float[] values, Trip trip, int block) {
    int end = Math.min(values.length, 256 * (block + 1));
    float largest = 0;
    for (int i = 256 * block; i < end; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    String what = "seed %d, length %d, block %d".formatted(Numbers.SEED, values.length, block);
    assertThat(trip.scales[block]).as(what).isEqualTo(largest / 127);
    for (int i = 256 * block; i < end; i++) {
      byte expected = (byte) Math.rint(values[i] * (127 / largest));
      if (trip.quantised[i] != expected || trip.back[i] != expected * trip.scales[block]) {
        assertThat(trip.quantised[i]).as(what).isEqualTo(expected);
        assertThat(trip.back[i]).as(what).isEqualTo(expected * trip.scales[block]);
      }
    }
  }

  @Test
  void theErrorIsAtMostHalfAScale() {
    float[] values = Numbers.gaussians(7, 65_537);
    Trip trip = Trip.of(values, 0);
    for (int i = 0; i < values.length; i++) {
      double error = Math.abs((double) trip.back[i] - values[i]);
      assertThat(error)
          .as("seed %d", Numbers.SEED)
          .isLessThanOrEqualTo(0.5 * trip.scales[i / 256] * (1 + 1e-5));
    }
  }

  @Test
  void aBlockOfZerosAndOneOfNextToNothingBecomeZero() {
    float[] values = new float[512];
    Arrays.fill(values, 256, 512, 0x1p-101f);
    Trip trip = Trip.of(values, 0);
    assertThat(trip.scales).containsExactly(0, 0);
    assertThat(trip.back).containsOnly(0);
  }

  @Test
  void oneNumberThatIsNotFiniteMakesItsBlockNaNAndNoOther() {
    for (float strange :
        new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] values = Numbers.gaussians(0, 768);
      values[300] = strange;
      float[] back = Trip.of(values, 0).back;
      for (int i = 0; i < back.length; i++) {
        assertThat(Float.isNaN(back[i])).as("%s, element %d", strange, i).isEqualTo(i / 256 == 1);
      }
    }
  }

  @Test
  void theLargestAndTheSmallestMagnitudesThatAreKeptAreKept() {
    float[] values = {Float.MAX_VALUE, -Float.MAX_VALUE};
    assertThat(Trip.of(values, 0).quantised).containsExactly(127, -127);
    assertThat(Trip.of(new float[] {0x1p-100f, -0x1p-101f}, 0).quantised).containsExactly(127, -64);
  }

  @Test
  void sizesThatDoNotFitAreRefused() {
    DeviceRange range = gpu.allocate(512);
    assertThatThrownBy(
            () -> kernels.quantise(gpu.stream(), gpu.allocate(2048), range, range.slice(0, 4)))
        .hasMessage("scales: expected 8 bytes, got 4");
  }
}
