package gradwire.plan;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.ElementLoss;
import gradwire.kernels.cpu.SoftmaxLoss;
import gradwire.random.Draws;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A network in plain float64 loops over single elements, written from the formulas alone; slow. Its
 * images are {@code [height][width][channels]}, as a plan's are.
 */
final class OracleNetwork {
  private static final double STEP = 1e-5;

  private final NetworkSpec network;
  private final Shape input;
  private final long randomKey;

  OracleNetwork(NetworkSpec network, Shape input, long randomKey) {
    this.network = network;
    this.input = input;
    this.randomKey = randomKey;
  }

  /** One example after the other, as far as the last layer. */
  double[][] values(double[] parameters, double[][] features) {
    List<double[][]> values = new ArrayList<>();
    List<Shape> shapes = new ArrayList<>();
    for (Vertex vertex : network.vertices()) {
      List<double[][]> inputs = NetworkSpec.inputsOf(vertex, values, features);
      List<Shape> inputShapes = NetworkSpec.inputsOf(vertex, shapes, input);
      Made made = made(vertex.layer(), inputs, inputShapes, parameters);
      values.add(made.values);
      shapes.add(made.shape);
    }
    return values.getLast();
  }

  /** The sum over the batch. */
  double loss(double[] parameters, double[][] features, double[][] labels) {
    double[][] z = values(parameters, features);
    double sum = 0;
    for (int n = 0; n < z.length; n++) {
      int numSteps = network.hasLossOfSteps() ? input.width() : 1;
      for (int t = 0; t < numSteps; t++) {
        double[] logits =
            Arrays.copyOfRange(z[n], t * z[n].length / numSteps, (t + 1) * z[n].length / numSteps);
        double[] y = new double[logits.length];
        for (int c = 0; c < y.length; c++) {
          y[c] = labels[n][c * numSteps + t];
        }
        sum +=
            switch (network.loss()) {
              case Loss.Softmax(var loss) -> softmax(loss, logits, y);
              case Loss.Elements(var activation, var loss) -> elements(activation, loss, logits, y);
            };
      }
    }
    return sum;
  }

  /** {@code dLoss/dParameter} by central differences. */
  double[] gradient(double[] parameters, double[][] features, double[][] labels) {
    double[] gradient = new double[parameters.length];
    double[] moved = parameters.clone();
    for (int i = 0; i < parameters.length; i++) {
      moved[i] = parameters[i] + STEP;
      double above = loss(moved, features, labels);
      moved[i] = parameters[i] - STEP;
      double below = loss(moved, features, labels);
      moved[i] = parameters[i];
      gradient[i] = (above - below) / (2 * STEP);
    }
    return gradient;
  }

  private static double softmax(SoftmaxLoss loss, double[] z, double[] y) {
    double max = Arrays.stream(z).max().orElseThrow();
    double total = Arrays.stream(z).map(v -> Math.exp(v - max)).sum();
    double sum = 0;
    for (int c = 0; c < z.length; c++) {
      double p = Math.exp(z[c] - max) / total;
      double most = loss == SoftmaxLoss.CLIPPED ? 1 : 1 - 1e-10;
      sum -= y[c] * Math.log(Math.min(most, Math.max(1e-10, p)));
    }
    return sum;
  }

  private static double elements(Activation f, ElementLoss loss, double[] z, double[] y) {
    double sum = 0;
    for (int c = 0; c < z.length; c++) {
      double p = value(f, z[c]);
      sum +=
          switch (loss) {
            case SQUARED -> (p - y[c]) * (p - y[c]);
            case MEAN_SQUARED -> (p - y[c]) * (p - y[c]) / z.length;
            case BINARY_CROSS_ENTROPY -> -y[c] * Math.log(p) - (1 - y[c]) * Math.log(1 - p);
          };
    }
    return sum;
  }

  /** A layer's values and their shape. */
  record Made(double[][] values, Shape shape) {}

  private Made made(Layer layer, List<double[][]> inputs, List<Shape> shapes, double[] w) {
    double[][] x = inputs.getFirst();
    Shape shape = shapes.getFirst();
    return switch (layer) {
      case Dense dense -> dense(dense, x, shape, w);
      case Convolution convolution -> OracleWindows.convolution(convolution, x, shape, w);
      case Depthwise depthwise -> OracleWindows.depthwise(depthwise, x, shape, w);
      case MaxPool(var geometry) ->
          OracleWindows.pool(
              x, shape, geometry.orElse(OracleWindows.whole(shape)), OracleWindows::largest);
      case AveragePool average -> OracleWindows.averagePool(average, x, shape);
      case BatchNorm norm -> new Made(batchNorm(norm, x, shape, w), shape);
      case LayerNorm norm -> new Made(layerNorm(norm, x, shape, w), shape);
      case Elements(var activation) -> new Made(each(x, z -> value(activation, z)), shape);
      case ChannelsLast(var image, var source) ->
          source == ChannelsLast.Source.VERTEX && shape.pixels() > 1
              ? new Made(x, shape)
              : channelsLast(x, image.orElse(shape));
      case ChannelsFirst() -> channelsFirst(x, shape);
      case Sum() -> new Made(sum(inputs), shape);
      case Concat() -> concat(inputs, shapes);
      case Lstm lstm -> lstm(lstm, x, shape, w);
      case LastStep() ->
          new Made(
              Arrays.stream(x)
                  .map(row -> Arrays.copyOfRange(row, row.length - shape.channels(), row.length))
                  .toArray(double[][]::new),
              Shape.flat(shape.channels()));
      case Embedding embedding -> embedding(embedding, x, w);
      case Dropout dropout -> new Made(dropout(dropout, x), shape);
    };
  }

  private static Made dense(Dense layer, double[][] x, Shape in, double[] w) {
    double[][] y = new double[x.length][in.pixels() * layer.numOutputs()];
    for (int n = 0; n < x.length; n++) {
      for (int o = 0; o < y[n].length; o++) {
        int step = o / layer.numOutputs();
        int unit = o % layer.numOutputs();
        double z = at(layer.bias(), w, unit);
        for (int i = 0; i < layer.numInputs(); i++) {
          z +=
              x[n][step * layer.numInputs() + i]
                  * w[(int) layer.weights().begin() + unit * layer.numInputs() + i];
        }
        y[n][o] = value(layer.activation(), z);
      }
    }
    return new Made(y, Shape.sequence(in.width(), layer.numOutputs()));
  }

  private static Made lstm(Lstm layer, double[][] x, Shape in, double[] w) {
    int units = layer.numUnits();
    double[][] y = new double[x.length][in.width() * units];
    for (int n = 0; n < x.length; n++) {
      double[] output = new double[units];
      double[] state = new double[units];
      for (int t = 0; t < in.width(); t++) {
        double[] z = new double[4 * units];
        for (int o = 0; o < z.length; o++) {
          z[o] = w[(int) layer.bias().begin() + o];
          for (int i = 0; i < layer.numInputs(); i++) {
            z[o] +=
                x[n][t * layer.numInputs() + i]
                    * w[(int) layer.weights().begin() + o * layer.numInputs() + i];
          }
          for (int i = 0; i < units; i++) {
            z[o] += output[i] * w[(int) layer.recurrentWeights().begin() + o * units + i];
          }
        }
        for (int u = 0; u < units; u++) {
          double input = Math.tanh(z[u]);
          double forget = value(Activation.SIGMOID, z[units + u]);
          double out = value(Activation.SIGMOID, z[2 * units + u]);
          double let = value(Activation.SIGMOID, z[3 * units + u]);
          state[u] = forget * state[u] + let * input;
          output[u] = out * Math.tanh(state[u]);
          y[n][t * units + u] = output[u];
        }
      }
    }
    return new Made(y, Shape.sequence(in.width(), units));
  }

  private static Made embedding(Embedding layer, double[][] x, double[] w) {
    int size = layer.numFeatures();
    double[][] y = new double[x.length][x[0].length * size];
    for (int n = 0; n < x.length; n++) {
      for (int i = 0; i < y[n].length; i++) {
        int id = (int) x[n][i / size];
        int feature = i % size;
        int index = layer.rowMajor() ? id * size + feature : feature * layer.numIds() + id;
        y[n][i] = w[(int) layer.weights().begin() + index] + at(layer.bias(), w, feature);
      }
    }
    return new Made(y, Shape.sequence(x[0].length, size));
  }

  private double[][] dropout(Dropout layer, double[][] x) {
    long key = Draws.of(randomKey, Draws.Purpose.DROPOUT, layer.place()).nextLong();
    double[][] y = new double[x.length][x[0].length];
    for (int n = 0; n < x.length; n++) {
      for (int i = 0; i < x[n].length; i++) {
        int element = n * x[n].length + i;
        int bits = hash(hash(element * 0x9e3779b1 + (int) key) ^ (int) (key >> 32)) >>> 8;
        y[n][i] = bits < Math.round(layer.kept() * 0x1p24) ? x[n][i] / layer.kept() : 0;
      }
    }
    return y;
  }

  private static int hash(int bits) {
    int x = (bits ^ (bits >>> 16)) * 0x7feb352d;
    x = (x ^ (x >>> 15)) * 0x846ca68b;
    return x ^ (x >>> 16);
  }

  private static Made concat(List<double[][]> inputs, List<Shape> shapes) {
    Shape first = shapes.getFirst();
    int channels = shapes.stream().mapToInt(Shape::channels).sum();
    double[][] y = new double[inputs.getFirst().length][first.pixels() * channels];
    for (int n = 0; n < y.length; n++) {
      int next = 0;
      for (int pixel = 0; pixel < first.pixels(); pixel++) {
        for (int k = 0; k < inputs.size(); k++) {
          int count = shapes.get(k).channels();
          for (int c = 0; c < count; c++) {
            y[n][next++] = inputs.get(k)[n][pixel * count + c];
          }
        }
      }
    }
    return new Made(y, new Shape(first.height(), first.width(), channels));
  }

  static double at(Optional<Range> range, double[] w, int index) {
    return range.map(bias -> w[(int) bias.begin() + index]).orElse(0.0);
  }

  private static double[][] batchNorm(BatchNorm layer, double[][] x, Shape shape, double[] w) {
    double[][] y = new double[x.length][shape.numFloats()];
    int count = x.length * shape.pixels();
    for (int c = 0; c < shape.channels(); c++) {
      double mean = 0;
      double variance = 0;
      for (double[] row : x) {
        for (int i = c; i < row.length; i += shape.channels()) {
          mean += row[i] / count;
        }
      }
      for (double[] row : x) {
        for (int i = c; i < row.length; i += shape.channels()) {
          variance += (row[i] - mean) * (row[i] - mean) / count;
        }
      }
      double deviation = Math.sqrt(variance + layer.settings().epsilon());
      double gamma = w[(int) layer.gamma().begin() + c];
      double beta = w[(int) layer.beta().begin() + c];
      for (int n = 0; n < x.length; n++) {
        for (int i = c; i < x[n].length; i += shape.channels()) {
          y[n][i] = gamma * (x[n][i] - mean) / deviation + beta;
        }
      }
    }
    return y;
  }

  private static double[][] layerNorm(LayerNorm layer, double[][] x, Shape shape, double[] w) {
    int size = shape.channels();
    double[][] y = new double[x.length][shape.numFloats()];
    for (int n = 0; n < x.length; n++) {
      for (int i = 0; i < x[n].length; i++) {
        double[] row = Arrays.copyOfRange(x[n], i / size * size, i / size * size + size);
        double mean = Arrays.stream(row).average().orElseThrow();
        double variance = Arrays.stream(row).map(v -> (v - mean) * (v - mean)).sum() / size;
        double gain = w[(int) layer.gain().begin() + i % size];
        y[n][i] = gain * (x[n][i] - mean) / Math.sqrt(variance) + at(layer.bias(), w, i % size);
      }
    }
    return y;
  }

  private static Made channelsLast(double[][] x, Shape image) {
    double[][] y = new double[x.length][image.numFloats()];
    for (int n = 0; n < x.length; n++) {
      for (int i = 0; i < y[n].length; i++) {
        int pixel = i / image.channels();
        int channel = i % image.channels();
        y[n][i] = x[n][channel * image.pixels() + pixel];
      }
    }
    return new Made(y, image);
  }

  private static Made channelsFirst(double[][] x, Shape image) {
    double[][] y = new double[x.length][image.numFloats()];
    for (int n = 0; n < x.length; n++) {
      for (int i = 0; i < y[n].length; i++) {
        int channel = i / image.pixels();
        int pixel = i % image.pixels();
        y[n][i] = x[n][pixel * image.channels() + channel];
      }
    }
    return new Made(y, Shape.flat(image.numFloats()));
  }

  private static double[][] sum(List<double[][]> inputs) {
    double[][] sum = each(inputs.getFirst(), z -> 0);
    for (double[][] x : inputs) {
      for (int n = 0; n < x.length; n++) {
        for (int i = 0; i < x[n].length; i++) {
          sum[n][i] += x[n][i];
        }
      }
    }
    return sum;
  }

  private static double[][] each(double[][] x, java.util.function.DoubleUnaryOperator f) {
    return Arrays.stream(x)
        .map(row -> Arrays.stream(row).map(f).toArray())
        .toArray(double[][]::new);
  }

  static double value(Activation activation, double z) {
    return switch (activation) {
      case IDENTITY -> z;
      case RELU -> Math.max(0, z);
      case TANH -> Math.tanh(z);
      case SIGMOID -> 1 / (1 + Math.exp(-z));
      case SOFTPLUS -> Math.log(1 + Math.exp(z));
      case SOFTSIGN -> z / (1 + Math.abs(z));
      case ELU -> z > 0 ? z : Math.exp(z) - 1;
      case SWISH -> z / (1 + Math.exp(-z));
      case HARD_TANH -> Math.max(-1, Math.min(1, z));
      case CUBE -> Math.pow(z, 3);
    };
  }
}
