package gradwire.bench.report;

import java.util.stream.DoubleStream;

/**
 * Powers of ten on a line.
 *
 * @param from the first one's exponent, at pixel {@code begin}
 * @param to the last one's, at pixel {@code end}
 */
record LogAxis(int from, int to, int begin, int end) {
  static LogAxis of(DoubleStream values, int begin, int end) {
    double[] exponents = values.filter(value -> value > 0).map(Math::log10).sorted().toArray();
    int from = exponents.length == 0 ? 0 : (int) Math.floor(exponents[0]);
    int to = exponents.length == 0 ? 1 : (int) Math.ceil(exponents[exponents.length - 1]);
    return new LogAxis(from, Math.max(to, from + 1), begin, end);
  }

  double at(double value) {
    return begin + (Math.log10(value) - from) / (to - from) * (end - begin);
  }

  double least() {
    return Math.pow(10, from);
  }

  double most() {
    return Math.pow(10, to);
  }
}
