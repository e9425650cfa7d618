package gradwire.kernels.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import gradwire.random.Draws;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LossKernelsTest {
  private static Gpu gpu;
  private static LossKernels kernels;

  @BeforeAll
  static void open() {
    gpu = Gpu.open();
    kernels = GradientKernels.load(gpu.context()).loss();
  }

  @AfterAll
  static void close() {
    if (gpu != null) {
      gpu.close();
    }
  }

  private record Result(float[] losses, float[] gradient) {
    static Result of(float[] logits, int[] labels, float scale) {
      DeviceRange losses = gpu.allocate(4L * labels.length);
      DeviceRange gradient = gpu.allocate(4L * logits.length);
      kernels.softmaxCrossEntropy(
          gpu.stream(), gpu.upload(logits), gpu.upload(labels), scale, losses, gradient);
      return new Result(gpu.floats(losses), gpu.floats(gradient));
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {1, 2, 10, 16, 17, 31, 32, 33, 100, 255, 256, 257, 1000, 1021, 1024, 1025, 2048, 5003})
  void lossAndGradientFollowTheFloat64Oracle(int classes) {
    for (int batch : new int[] {1, 3, 17, classes <= 128 ? 601 : 2}) {
      float[] logits = Numbers.gaussians(classes, batch * classes);
      for (int i = 0; i < logits.length; i++) {
        logits[i] *= 5;
      }
      Draws draws = Draws.of(Numbers.SEED, Draws.Purpose.SHUFFLE, classes, batch);
      int[] labels = IntStream.range(0, batch).map(i -> draws.nextInt(classes)).toArray();
      Result result = Result.of(logits, labels, 1f / batch);
      for (int row = 0; row < batch; row++) {
        checkRow(logits, labels[row], result, row, batch);
      }
    }
  }

  private static void checkRow(float[] logits, int label, Result result, int row, int batch) {
    int classes = logits.length / batch;
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp(logits[row * classes + c]);
    }
    String what = "seed %d, row %d of %d".formatted(Numbers.SEED, row, batch);
    double loss = Math.log(sum) - logits[row * classes + label];
    assertThat((double) result.losses[row]).as(what).isCloseTo(loss, within(3e-6 * (1 + loss)));
    for (int c = 0; c < classes; c++) {
      double softmax = Math.exp(logits[row * classes + c]) / sum;
      double expected = (softmax - (c == label ? 1 : 0)) / batch;
      double error = Math.abs(result.gradient[row * classes + c] - expected);
      assertThat(error).as(what).isLessThan(1e-6 / batch);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 1500})
  void hugeLogitsOverflowNothing(int classes) {
    float[] logits = new float[classes];
    logits[1] = 1e30f;
    logits[2] = -1e30f;
    Result right = Result.of(logits, new int[] {1}, 1);
    assertThat(right.losses).containsExactly(0);
    assertThat(right.gradient).containsOnly(0);
    Result wrong = Result.of(logits, new int[] {0}, 1);
    assertThat(wrong.losses).containsExactly(1e30f);
    assertThat(wrong.gradient[0]).isEqualTo(-1);
    assertThat(wrong.gradient[1]).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100, 200, 1000, 1500, 20_000})
  void maskedClassesHaveNoPart(int classes) {
    float[] logits = new float[2 * classes];
    Arrays.fill(logits, Float.NEGATIVE_INFINITY);
    logits[classes - 3] = 1;
    logits[classes - 1] = 1;
    logits[classes + 5] = -7;
    Result result = Result.of(logits, new int[] {classes - 1, 5}, 1);
    assertThat(result.losses[0]).isCloseTo((float) Math.log(2), within(1e-6f));
    assertThat(result.losses[1]).isZero();
    float[] expected = new float[2 * classes];
    expected[classes - 3] = 0.5f;
    expected[classes - 1] = -0.5f;
    assertThat(result.gradient).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100, 1000, 1500})
  void aLabelThatIsNoClassMakesItsRowNaNAndNoOther(int classes) {
    for (int label : new int[] {-1, classes}) {
      Result result =
          Result.of(Numbers.gaussians(0, 2 * classes), new int[] {label, classes - 1}, 1);
      for (int c = 0; c < classes; c++) {
        assertThat(result.gradient[c]).isNaN();
        assertThat(result.gradient[classes + c]).isFinite();
      }
      assertThat(result.losses[0]).isNaN();
      assertThat(result.losses[1]).isFinite();
    }
  }

  @Test
  void noRowsAreNoWork() {
    assertThat(Result.of(new float[0], new int[0], 1).losses).isEmpty();
  }

  @Test
  void logitsThatAreNoWholeRowsAreRefused() {
    assertThatThrownBy(() -> Result.of(new float[7], new int[2], 1))
        .hasMessage("logits: expected 24 bytes, got 28");
  }
}
