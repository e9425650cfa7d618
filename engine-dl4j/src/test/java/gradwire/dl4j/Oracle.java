package gradwire.dl4j;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Plain float64 layers on a flat parameter vector, read in DL4J's order; independent of DL4J. Its
 * loss, differentiated by central differences, is what the engine's gradient is compared with.
 */
final class Oracle {
  /** A network: what the loss is, for one way of reading parameters and examples. */
  @FunctionalInterface
  interface Network {
    double loss(Reader parameters, double[][] features, double[][] labels);
  }

  /** Takes tensors off the flat vector, first to last. */
  static final class Reader {
    private final double[] flat;
    private int next;

    Reader(double[] flat) {
      this.flat = flat;
    }

    double take() {
      return flat[next++];
    }

    double[] take(int length) {
      double[] taken = java.util.Arrays.copyOfRange(flat, next, next + length);
      next += length;
      return taken;
    }
  }

  private Oracle() {}

  /** {@code dLoss/dParameter} by central differences, step 1e-6. */
  static double[] gradient(
      Network network, double[] parameters, double[][] features, double[][] labels) {
    double[] gradient = new double[parameters.length];
    double[] moved = parameters.clone();
    for (int i = 0; i < parameters.length; i++) {
      moved[i] = parameters[i] + 1e-6;
      double above = network.loss(new Reader(moved), features, labels);
      moved[i] = parameters[i] - 1e-6;
      double below = network.loss(new Reader(moved), features, labels);
      moved[i] = parameters[i];
      gradient[i] = (above - below) / 2e-6;
    }
    return gradient;
  }

  static double[] doubles(MemorySegment floats) {
    float[] from = floats.toArray(ValueLayout.JAVA_FLOAT);
    double[] to = new double[from.length];
    for (int i = 0; i < from.length; i++) {
      to[i] = from[i];
    }
    return to;
  }

  static double[][] rows(MemorySegment floats, int numRows) {
    double[] flat = doubles(floats);
    int length = flat.length / numRows;
    double[][] rows = new double[numRows][];
    for (int i = 0; i < numRows; i++) {
      rows[i] = java.util.Arrays.copyOfRange(flat, i * length, (i + 1) * length);
    }
    return rows;
  }

  /** W column-major, then b. */
  static double[][] dense(Reader parameters, double[][] x, int numOutputs) {
    int numInputs = x[0].length;
    double[] w = parameters.take(numInputs * numOutputs);
    double[] b = parameters.take(numOutputs);
    double[][] z = new double[x.length][numOutputs];
    for (int n = 0; n < x.length; n++) {
      for (int o = 0; o < numOutputs; o++) {
        z[n][o] = b[o];
        for (int i = 0; i < numInputs; i++) {
          z[n][o] += x[n][i] * w[o * numInputs + i];
        }
      }
    }
    return z;
  }

  /** b, then W row-major {@code [out, in, size, size]}; images {@code [channels, side, side]}. */
  static double[][] convolution(
      Reader parameters, double[][] x, int channels, int side, int size, int numOutputs) {
    double[] b = parameters.take(numOutputs);
    double[] w = parameters.take(numOutputs * channels * size * size);
    int outSide = side - size + 1;
    double[][] z = new double[x.length][numOutputs * outSide * outSide];
    for (int n = 0; n < x.length; n++) {
      for (int i = 0; i < z[n].length; i++) {
        int o = i / (outSide * outSide);
        int row = i / outSide % outSide;
        int column = i % outSide;
        z[n][i] = b[o];
        for (int k = 0; k < channels * size * size; k++) {
          int c = k / (size * size);
          int from = (c * side + row + k / size % size) * side + column + k % size;
          z[n][i] += x[n][from] * w[o * channels * size * size + k];
        }
      }
    }
    return z;
  }

  /** 2 x 2, stride 2; images {@code [channels, side, side]}, an odd last row or column left out. */
  static double[][] maxPool(double[][] x, int side) {
    int outSide = side / 2;
    int channels = x[0].length / (side * side);
    double[][] y = new double[x.length][channels * outSide * outSide];
    for (int n = 0; n < x.length; n++) {
      for (int i = 0; i < y[n].length; i++) {
        int c = i / (outSide * outSide);
        int from = (c * side + 2 * (i / outSide % outSide)) * side + 2 * (i % outSide);
        double top = Math.max(x[n][from], x[n][from + 1]);
        y[n][i] = Math.max(top, Math.max(x[n][from + side], x[n][from + side + 1]));
      }
    }
    return y;
  }

  /** Gamma, beta, then two statistics that training doesn't read; variance epsilon 1e-5. */
  static double[][] batchNorm(Reader parameters, double[][] x) {
    int features = x[0].length;
    double[] gamma = parameters.take(features);
    double[] beta = parameters.take(features);
    parameters.take(2 * features);
    double[][] y = new double[x.length][features];
    for (int f = 0; f < features; f++) {
      double mean = 0;
      double square = 0;
      for (double[] row : x) {
        mean += row[f] / x.length;
      }
      for (double[] row : x) {
        square += (row[f] - mean) * (row[f] - mean) / x.length;
      }
      for (int n = 0; n < x.length; n++) {
        y[n][f] = gamma[f] * (x[n][f] - mean) / Math.sqrt(square + 1e-5) + beta[f];
      }
    }
    return y;
  }

  static double[][] relu(double[][] x) {
    double[][] y = new double[x.length][x[0].length];
    for (int n = 0; n < x.length; n++) {
      for (int i = 0; i < x[n].length; i++) {
        y[n][i] = Math.max(0, x[n][i]);
      }
    }
    return y;
  }

  /** {@code -SUM(y * log(clip(softmax(z), floor, 1)))} over batch and classes. */
  static double crossEntropySum(double[][] z, double[][] y, double floor) {
    double loss = 0;
    for (int n = 0; n < z.length; n++) {
      double max = java.util.Arrays.stream(z[n]).max().orElseThrow();
      double sum = java.util.Arrays.stream(z[n]).map(v -> Math.exp(v - max)).sum();
      for (int c = 0; c < z[n].length; c++) {
        double p = Math.exp(z[n][c] - max) / sum;
        loss -= y[n][c] * Math.log(Math.max(floor, p));
      }
    }
    return loss;
  }
}
