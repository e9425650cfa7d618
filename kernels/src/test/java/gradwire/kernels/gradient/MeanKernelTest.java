package gradwire.kernels.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import gradwire.server.shard.ReplicaMeans;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MeanKernelTest {
  private static Gpu gpu;
  private static MeanKernel kernel;

  @BeforeAll
  static void open() {
    gpu = Gpu.open();
    kernel = GradientKernels.load(gpu.context()).mean();
  }

  @AfterAll
  static void close() {
    if (gpu != null) {
      gpu.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 17, 31, 32, 33, 47, 63, 64})
  void bitsAreTheParameterServersForAnyNumberOfReplicas(int numReplicas) {
    for (int length : new int[] {1, 3, 1021}) {
      List<float[]> gradients = gradients(numReplicas, length);
      assertThat(Numbers.bits(mean(gradients, 0)))
          .as("seed %d, length %d", Numbers.SEED, length)
          .isEqualTo(Numbers.bits(ReplicaMeans.mean(gradients)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 64})
  void theMeanIsTheMean(int numReplicas) {
    List<float[]> gradients = gradients(numReplicas, 1021);
    float[] mean = mean(gradients, 0);
    for (int i = 0; i < mean.length; i++) {
      int element = i;
      double expected =
          gradients.stream().mapToDouble(each -> each[element]).average().orElseThrow();
      assertThat((double) mean[i]).as("seed %d", Numbers.SEED).isCloseTo(expected, within(1e-6));
    }
  }

  @Test
  void bitsAreTheSameFromAnAddressThatAllowsNoFours() {
    List<float[]> gradients = gradients(7, 1021);
    assertThat(Numbers.bits(mean(gradients, 4)))
        .as("seed %d", Numbers.SEED)
        .isEqualTo(Numbers.bits(ReplicaMeans.mean(gradients)));
  }

  @Test
  void theResultMayTakeAReplicasPlace() {
    DeviceRange a = gpu.upload(1, 2, 3, 4, 5);
    DeviceRange b = gpu.upload(3, 4, 5, 6, 7);
    kernel.mean(gpu.stream(), List.of(a, b), a);
    assertThat(gpu.floats(a)).containsExactly(2, 3, 4, 5, 6);
  }

  @Test
  void nothingIsTheMeanOfNothing() {
    DeviceRange empty = gpu.upload(new float[0]);
    kernel.mean(gpu.stream(), List.of(empty, empty), empty);
    assertThat(gpu.floats(empty)).isEmpty();
  }

  @Test
  void noReplicasAndTooManyAreRefused() {
    DeviceRange one = gpu.upload(1);
    assertThatThrownBy(() -> kernel.mean(gpu.stream(), List.of(), one))
        .hasMessage("replicas: expected 1 to 64, got 0");
    assertThatThrownBy(() -> kernel.mean(gpu.stream(), Collections.nCopies(65, one), one))
        .hasMessage("replicas: expected 1 to 64, got 65");
  }

  private static List<float[]> gradients(int numReplicas, int length) {
    return IntStream.range(0, numReplicas).mapToObj(r -> Numbers.gaussians(r, length)).toList();
  }

  private static float[] mean(List<float[]> gradients, int offset) {
    DeviceRange result = gpu.upload(new float[gradients.getFirst().length]);
    kernel.mean(
        gpu.stream(), gradients.stream().map(each -> gpu.upload(each, offset)).toList(), result);
    return gpu.floats(result);
  }
}
