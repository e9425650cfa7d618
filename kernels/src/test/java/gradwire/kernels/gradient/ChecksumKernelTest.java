package gradwire.kernels.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChecksumKernelTest {
  private static Gpu gpu;
  private static ChecksumKernel kernel;

  @BeforeAll
  static void open() {
    gpu = Gpu.open();
    kernel = GradientKernels.load(gpu.context()).checksum();
  }

  @AfterAll
  static void close() {
    if (gpu != null) {
      gpu.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 255, 256, 257, 1021, 8192, 100_003, 500_009})
  void checksumIsTheJdks(int length) {
    float[] values = Numbers.gaussians(length, length);
    DeviceRange sum = gpu.allocate(4);
    kernel.queue(gpu.stream(), gpu.upload(values), sum);
    int got = ChecksumKernel.finish(MemorySegment.ofArray(gpu.ints(sum)), 4L * length);
    CRC32C expected = new CRC32C();
    expected.update(MemorySegment.ofArray(values).toArray(ValueLayout.JAVA_BYTE));
    assertThat(Integer.toUnsignedLong(got))
        .as("seed %d", Numbers.SEED)
        .isEqualTo(expected.getValue());
  }

  @Test
  void bytesThatAreNoWholeWordsAreRefused() {
    DeviceRange range = gpu.allocate(7);
    assertThatThrownBy(() -> kernel.queue(gpu.stream(), range, range.slice(0, 4)))
        .hasMessage("words: expected 4 bytes, got 7");
  }
}
