package gradwire.plan;

import static gradwire.plan.OracleNetwork.at;
import static gradwire.plan.OracleNetwork.value;

import gradwire.kernels.cpu.Window.Size;
import gradwire.plan.OracleNetwork.Made;
import java.util.ArrayList;
import java.util.List;

/** {@link OracleNetwork}'s layers that go over images window by window. */
final class OracleWindows {
  private OracleWindows() {}

  static Made convolution(Convolution layer, double[][] x, Shape in, double[] w) {
    Geometry g = layer.geometry();
    Shape out = output(g, in, layer.numFilters());
    double[][] y = new double[x.length][out.numFloats()];
    for (int n = 0; n < x.length; n++) {
      for (int i = 0; i < y[n].length; i++) {
        int filter = i % out.channels();
        int row = i / out.channels() / out.width();
        int column = i / out.channels() % out.width();
        double z = at(layer.bias(), w, filter);
        for (int k = 0; k < in.channels() * g.kernel().area(); k++) {
          int channel = k / g.kernel().area();
          int kernelRow = k / g.kernel().width() % g.kernel().height();
          int kernelColumn = k % g.kernel().width();
          int fromRow = row(g, in, row, kernelRow);
          int fromColumn = column(g, in, column, kernelColumn);
          if (inside(in, fromRow, fromColumn)) {
            int weight =
                switch (layer.order()) {
                  case FILTERS_FIRST -> filter * in.channels() * g.kernel().area() + k;
                  case FILTERS_LAST ->
                      (k % g.kernel().area() * in.channels() + channel) * layer.numFilters()
                          + filter;
                };
            z +=
                w[(int) layer.weights().begin() + weight]
                    * x[n][(fromRow * in.width() + fromColumn) * in.channels() + channel];
          }
        }
        y[n][i] = value(layer.activation(), z);
      }
    }
    return new Made(y, out);
  }

  static Made depthwise(Depthwise layer, double[][] x, Shape in, double[] w) {
    Geometry g = layer.geometry();
    int multiplier = layer.multiplier();
    Shape out = output(g, in, in.channels() * multiplier);
    double[][] y = new double[x.length][out.numFloats()];
    for (int n = 0; n < x.length; n++) {
      for (int i = 0; i < y[n].length; i++) {
        int channel = i % out.channels() / multiplier;
        int filter = i % multiplier;
        double z = at(layer.bias(), w, i % out.channels());
        for (int k = 0; k < g.kernel().area(); k++) {
          int row = row(g, in, i / out.channels() / out.width(), k / g.kernel().width());
          int column = column(g, in, i / out.channels() % out.width(), k % g.kernel().width());
          int weight =
              switch (layer.order()) {
                case KERNEL_FIRST -> (k * in.channels() + channel) * multiplier + filter;
                case KERNEL_LAST -> (filter * in.channels() + channel) * g.kernel().area() + k;
              };
          if (inside(in, row, column)) {
            z +=
                w[(int) layer.weights().begin() + weight]
                    * x[n][(row * in.width() + column) * in.channels() + channel];
          }
        }
        y[n][i] = value(layer.activation(), z);
      }
    }
    return new Made(y, out);
  }

  private static boolean inside(Shape image, int row, int column) {
    return row >= 0 && row < image.height() && column >= 0 && column < image.width();
  }

  private static int row(Geometry g, Shape in, int out, int k) {
    int before =
        g.same()
            ? before(in.height(), g.kernel().height(), g.stride().height(), g.dilation().height())
            : g.padding().height();
    return out * g.stride().height() - before + k * g.dilation().height();
  }

  private static int column(Geometry g, Shape in, int out, int k) {
    int before =
        g.same()
            ? before(in.width(), g.kernel().width(), g.stride().width(), g.dilation().width())
            : g.padding().width();
    return out * g.stride().width() - before + k * g.dilation().width();
  }

  /** Zeros before an image, half of those that all windows need, rounded down. */
  private static int before(int size, int kernel, int stride, int dilation) {
    int windows = (size + stride - 1) / stride;
    int needed = (windows - 1) * stride + (kernel - 1) * dilation + 1 - size;
    return Math.max(0, needed) / 2;
  }

  private static Shape output(Geometry g, Shape in, int channels) {
    if (g.same()) {
      return new Shape(
          (in.height() + g.stride().height() - 1) / g.stride().height(),
          (in.width() + g.stride().width() - 1) / g.stride().width(),
          channels);
    }
    int height =
        in.height()
            + 2 * g.padding().height()
            - (g.kernel().height() - 1) * g.dilation().height()
            - 1;
    int width =
        in.width() + 2 * g.padding().width() - (g.kernel().width() - 1) * g.dilation().width() - 1;
    return new Shape(height / g.stride().height() + 1, width / g.stride().width() + 1, channels);
  }

  /** What becomes of a window's pixels of one channel. */
  @FunctionalInterface
  interface Pooling {
    double of(List<Double> pixels);
  }

  static double largest(List<Double> pixels) {
    return pixels.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  static Made averagePool(AveragePool layer, double[][] x, Shape in) {
    Geometry g = layer.geometry().orElse(whole(in));
    return pool(
        x,
        in,
        g,
        pixels -> {
          double sum = pixels.stream().mapToDouble(Double::doubleValue).sum();
          return switch (layer.divisor()) {
            case KERNEL -> sum / g.kernel().area();
            case COVERED -> sum / pixels.size();
            case ONE -> sum;
          };
        });
  }

  static Geometry whole(Shape image) {
    Size one = new Size(1, 1);
    return new Geometry(new Size(image.height(), image.width()), one, new Size(0, 0), one, false);
  }

  static Made pool(double[][] x, Shape in, Geometry g, Pooling pooling) {
    Shape out = output(g, in, in.channels());
    double[][] y = new double[x.length][out.numFloats()];
    for (int n = 0; n < x.length; n++) {
      for (int i = 0; i < y[n].length; i++) {
        int channel = i % out.channels();
        List<Double> pixels = new ArrayList<>();
        for (int k = 0; k < g.kernel().area(); k++) {
          int row = row(g, in, i / out.channels() / out.width(), k / g.kernel().width());
          int column = column(g, in, i / out.channels() % out.width(), k % g.kernel().width());
          if (inside(in, row, column)) {
            pixels.add(x[n][(row * in.width() + column) * in.channels() + channel]);
          }
        }
        y[n][i] = pooling.of(pixels);
      }
    }
    return new Made(y, out);
  }
}
