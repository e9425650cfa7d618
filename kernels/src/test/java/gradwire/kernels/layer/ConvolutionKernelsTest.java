package gradwire.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.Window;
import gradwire.kernels.cpu.Window.Size;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Convolutions of many tiles and of several parts against float64 loops. */
final class ConvolutionKernelsTest {
  private static Gpu gpu;
  private static ConvolutionKernels kernels;

  @BeforeAll
  static void open() {
    gpu = Gpu.open();
    kernels = LayerKernels.load(gpu.context()).convolution();
  }

  @AfterAll
  static void close() {
    if (gpu != null) {
      gpu.close();
    }
  }

  private enum Case {
    /** LeNet's second layer, fewer images. */
    LENET(3, window(12, 12, 5, 1, 0, 1, 8, 20), 50),
    /** Depth in parts on all three ways. */
    DEEP(2, window(9, 7, 3, 1, 1, 1, 9, 37), 67),
    STRIDED(5, window(11, 13, 3, 2, 1, 1, 6, 5), 7),
    DILATED(4, window(13, 13, 3, 1, 2, 2, 13, 3), 65),
    POINTWISE(2, window(8, 8, 1, 1, 0, 1, 8, 70), 33);

    private final int count;
    private final Window window;
    private final int filters;

    Case(int count, Window window, int filters) {
      this.count = count;
      this.window = window;
      this.filters = filters;
    }

    private static Window window(
        int height,
        int width,
        int kernel,
        int stride,
        int padding,
        int dilation,
        int outputHeight,
        int channels) {
      int reach = (kernel - 1) * dilation + 1;
      int outputWidth = (width + 2 * padding - reach) / stride + 1;
      return new Window(
          new Size(height, width),
          new Size(kernel, kernel),
          new Size(stride, stride),
          new Size(padding, padding),
          new Size(dilation, dilation),
          new Size(outputHeight, outputWidth),
          channels);
    }
  }

  /** Where a filter's weights lie; either order of DL4J's. */
  private static ConvolutionKernels.FilterOrder order(Case of) {
    int area = of.window.kernel().area();
    int channels = of.window.channels();
    return of.ordinal() % 2 == 0
        ? new ConvolutionKernels.FilterOrder(area * channels, area, 1)
        : new ConvolutionKernels.FilterOrder(1, of.filters, of.filters * channels);
  }

  @ParameterizedTest
  @EnumSource
  void allThreeProductsFollowTheFloat64Oracle(Case of) {
    ConvolutionKernels.FilterOrder order = order(of);
    ConvolutionKernels.Sizes sizes =
        new ConvolutionKernels.Sizes(of.count, of.window, of.filters, order);
    int numFloats = of.count * of.window.imageFloats();
    int numSums = of.count * of.window.output().area() * of.filters;
    float[] x = Numbers.gaussians(1, numFloats);
    float[] w = Numbers.gaussians(2, of.window.floats() * of.filters);
    float[] b = Numbers.gaussians(3, of.filters);
    float[] dz = Numbers.gaussians(4, numSums);
    DeviceRange scratch = gpu.allocate(Float.BYTES * sizes.scratchFloats());
    DeviceRange y = gpu.allocate(4L * numSums);
    DeviceRange dx = gpu.allocate(4L * numFloats);
    DeviceRange dw = gpu.allocate(4L * w.length);
    kernels.forward(
        gpu.stream(),
        sizes,
        gpu.upload(x),
        gpu.upload(w),
        Optional.of(gpu.upload(b)),
        Activation.IDENTITY,
        y,
        scratch);
    kernels.inputGradient(gpu.stream(), sizes, gpu.upload(dz), gpu.upload(w), dx, scratch);
    kernels.weightsGradient(gpu.stream(), sizes, gpu.upload(dz), gpu.upload(x), dw, scratch);

    double[] sums = new double[numSums];
    double[] ofInputs = new double[numFloats];
    double[] ofWeights = new double[w.length];
    visit(
        of,
        order,
        (at, weight, sum) -> {
          sums[sum] += (double) x[at] * w[weight];
          ofInputs[at] += (double) dz[sum] * w[weight];
          ofWeights[weight] += (double) dz[sum] * x[at];
        });
    for (int i = 0; i < numSums; i++) {
      sums[i] += b[i % of.filters];
    }
    assertClose("y", gpu.floats(y), sums, of.window.floats());
    assertClose("dx", gpu.floats(dx), ofInputs, of.window.kernel().area() * of.filters);
    assertClose("dw", gpu.floats(dw), ofWeights, of.count * of.window.output().area());
  }

  private interface Visit {
    void at(int input, int weight, int sum);
  }

  /** Every product that a convolution adds up, by where its factors and its sum lie. */
  private static void visit(Case of, ConvolutionKernels.FilterOrder order, Visit visit) {
    Window w = of.window;
    int area = w.kernel().area();
    for (int out = 0; out < of.count * w.output().area(); out++) {
      int image = out / w.output().area();
      int top = out / w.output().width() % w.output().height() * w.stride().height();
      int left = out % w.output().width() * w.stride().width();
      for (int k = 0; k < area * w.channels(); k++) {
        int place = k / w.channels();
        int channel = k % w.channels();
        int row = top - w.padding().height() + place / w.kernel().width() * w.dilation().height();
        int column = left - w.padding().width() + place % w.kernel().width() * w.dilation().width();
        boolean inside =
            row >= 0 && row < w.input().height() && column >= 0 && column < w.input().width();
        for (int f = 0; inside && f < of.filters; f++) {
          int pixel = (image * w.input().height() + row) * w.input().width() + column;
          visit.at(
              pixel * w.channels() + channel,
              f * order.filter() + channel * order.channel() + place * order.place(),
              out * of.filters + f);
        }
      }
    }
  }

  /** {@code depth} products of standard normal numbers, rounded to 24 bits each. */
  private static void assertClose(String what, float[] got, double[] expected, int depth) {
    for (int i = 0; i < got.length; i++) {
      double error = Math.abs(got[i] - expected[i]);
      if (!(error <= 1e-6 * (depth + 10))) {
        assertThat((double) got[i])
            .as("%s[%d], seed %d", what, i, Numbers.SEED)
            .isEqualTo(expected[i]);
      }
    }
  }
}
