package gradwire.kernels.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.gradient.CastKernels.Format;
import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CastKernelsTest {
  private static final int ALL_SHORTS = 1 << 16;

  private static Gpu gpu;
  private static CastKernels kernels;

  @BeforeAll
  static void open() {
    gpu = Gpu.open();
    kernels = GradientKernels.load(gpu.context()).cast();
  }

  @AfterAll
  static void close() {
    if (gpu != null) {
      gpu.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void every16BitNumberIsWidenedExactly(Format format) {
    short[] all = new short[ALL_SHORTS];
    IntStream.range(0, ALL_SHORTS).forEach(i -> all[i] = (short) i);
    DeviceRange wide = gpu.allocate(4L * ALL_SHORTS);
    kernels.widen(gpu.stream(), format, gpu.upload(all), wide);
    float[] expected = new float[ALL_SHORTS];
    IntStream.range(0, ALL_SHORTS).forEach(i -> expected[i] = widened(format, all[i]));
    assertThat(Numbers.bits(gpu.floats(wide))).isEqualTo(Numbers.bits(expected));
  }

  @ParameterizedTest
  @EnumSource
  void numbersOfAllKindsAreRoundedToTheNearestOrTheEvenOne(Format format) {
    for (int length : new int[] {0, 1, 2, 3, 5, 1021, 100_003}) {
      checkNarrow(format, Numbers.anyBits(length, length), 0);
      checkNarrow(format, Numbers.gaussians(length, length), 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void tiesGoToTheEvenOneAndTheirNeighboursDoNot(Format format) {
    float[] values = new float[3 * (ALL_SHORTS / 2 - 1)];
    for (int i = 0; i < values.length / 3; i++) {
      float tie =
          (float) (((double) widened(format, (short) i) + widened(format, (short) (i + 1))) / 2);
      values[3 * i] = Math.nextDown(tie);
      values[3 * i + 1] = tie;
      values[3 * i + 2] = Math.nextUp(tie);
    }
    checkNarrow(format, values, 0);
  }

  @ParameterizedTest
  @EnumSource
  void anAddressThatAllowsNoFoursChangesNothing(Format format) {
    checkNarrow(format, Numbers.gaussians(3, 1021), Float.BYTES);
  }

  @Test
  void sizesThatDoNotFitAreRefused() {
    DeviceRange range = gpu.upload(1, 2, 3);
    assertThatThrownBy(() -> kernels.narrow(gpu.stream(), Format.BFLOAT16, range, range))
        .hasMessage("wide: expected 24 bytes, got 12");
  }

  private static void checkNarrow(Format format, float[] values, int offset) {
    DeviceRange narrow = gpu.allocate(2L * values.length);
    kernels.narrow(gpu.stream(), format, gpu.upload(values, offset), narrow);
    short[] got = gpu.shorts(narrow);
    for (int i = 0; i < values.length; i++) {
      if (Float.isNaN(values[i])) {
        assertThat(widened(format, got[i])).isNaN();
      } else if (got[i] != nearest(format, values[i])) {
        assertThat(Integer.toHexString(got[i]))
            .as("seed %d, %s, %a", Numbers.SEED, format, values[i])
            .isEqualTo(Integer.toHexString(nearest(format, values[i])));
      }
    }
  }

  /** By the JDK for one format, by comparing distances in float64 for the other. */
  private static short nearest(Format format, float value) {
    return switch (format) {
      case FLOAT16 -> Float.floatToFloat16(value);
      case BFLOAT16 -> nearestBfloat16(value);
    };
  }

  private static short nearestBfloat16(float value) {
    short lower = (short) (Float.floatToRawIntBits(value) >>> 16);
    short upper = (short) (lower + 1);
    double down = Math.abs((double) value - widened(Format.BFLOAT16, lower));
    double up = Math.abs(beyond(upper) - (double) value);
    boolean takesLower = Float.isInfinite(value) || down < up || (down == up && (lower & 1) == 0);
    return takesLower ? lower : upper;
  }

  /** What an infinity would be if there were one more exponent: the border of overflow. */
  private static double beyond(short bits) {
    float value = widened(Format.BFLOAT16, bits);
    return Float.isInfinite(value) ? Math.copySign(0x1p128, value) : value;
  }

  private static float widened(Format format, short bits) {
    return switch (format) {
      case FLOAT16 -> Float.float16ToFloat(bits);
      case BFLOAT16 -> Float.intBitsToFloat(bits << 16);
    };
  }
}
