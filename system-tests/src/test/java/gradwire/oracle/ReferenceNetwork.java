package gradwire.oracle;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The network of the reference job in float64: {@code softmax(relu(x·hid_w + hid_b)·sm_w + sm_b)},
 * 784-100-10. One thread.
 *
 * <p>Parameters and gradient are flat {@code [79510] float64}: {@code hid_w} [784,100] row-major,
 * {@code hid_b} [100], {@code sm_w} [100,10] row-major, {@code sm_b} [10]. Exponentials and
 * logarithms are StrictMath's and no sum is reordered, so a result is the same on every machine.
 */
final class ReferenceNetwork {
  static final int NUM_HIDDEN = 100;
  static final int NUM_CLASSES = 10;
  static final int HIDDEN_BIAS = RawMnist.NUM_PIXELS * NUM_HIDDEN;
  static final int OUTPUT_WEIGHT = HIDDEN_BIAS + NUM_HIDDEN;
  static final int OUTPUT_BIAS = OUTPUT_WEIGHT + NUM_HIDDEN * NUM_CLASSES;
  static final int NUM_PARAMETERS = OUTPUT_BIAS + NUM_CLASSES;
  private static final double SMALLEST_PROBABILITY = 1e-10;

  private final RawMnist data;
  private final double[] hidden = new double[NUM_HIDDEN];
  private final double[] hiddenGradient = new double[NUM_HIDDEN];
  private final double[] probability = new double[NUM_CLASSES];

  ReferenceNetwork(RawMnist data) {
    this.data = data;
  }

  /** Weights: normal, redrawn outside 2 stddev, stddev 1/28 and 1/sqrt(100); biases 0. */
  static double[] initialParameters(RandomGenerator random) {
    double[] parameters = new double[NUM_PARAMETERS];
    for (int i = 0; i < HIDDEN_BIAS; i++) {
      parameters[i] = truncatedNormal(random) / 28;
    }
    for (int i = OUTPUT_WEIGHT; i < OUTPUT_BIAS; i++) {
      parameters[i] = truncatedNormal(random) / 10;
    }
    return parameters;
  }

  /** {@code -SUM y·log(clip(p, 1e-10, 1))} over the images {@code [begin, end)}. */
  double loss(double[] parameters, int begin, int end) {
    double sum = 0;
    for (int image = begin; image < end; image++) {
      sum += forward(parameters, image);
    }
    return sum;
  }

  /**
   * The loss as a sum over {@code images}, and its gradient.
   *
   * @param gradient {@code [NUM_PARAMETERS]}, overwritten; a sum over the images, not a mean
   */
  double lossAndGradient(double[] parameters, int[] images, double[] gradient) {
    Arrays.fill(gradient, 0);
    double sum = 0;
    for (int image : images) {
      sum += forward(parameters, image);
      backward(parameters, image, gradient);
    }
    return sum;
  }

  private double forward(double[] parameters, int image) {
    System.arraycopy(parameters, HIDDEN_BIAS, hidden, 0, NUM_HIDDEN);
    for (int i = 0; i < RawMnist.NUM_PIXELS; i++) {
      double x = data.pixel(image, i);
      if (x != 0) {
        addScaled(x, parameters, i * NUM_HIDDEN, hidden, 0, NUM_HIDDEN);
      }
    }
    System.arraycopy(parameters, OUTPUT_BIAS, probability, 0, NUM_CLASSES);
    for (int j = 0; j < NUM_HIDDEN; j++) {
      hidden[j] = Math.max(0, hidden[j]);
      addScaled(
          hidden[j], parameters, OUTPUT_WEIGHT + j * NUM_CLASSES, probability, 0, NUM_CLASSES);
    }
    softmax();
    return -StrictMath.log(Math.max(SMALLEST_PROBABILITY, probability[data.label(image)]));
  }

  /** From the state that {@link #forward} left; adds to {@code gradient}. */
  private void backward(double[] parameters, int image, double[] gradient) {
    if (probability[data.label(image)] < SMALLEST_PROBABILITY) {
      return; // The clip is flat there.
    }
    probability[data.label(image)] -= 1; // Now the gradient of the logits.
    addScaled(1, probability, 0, gradient, OUTPUT_BIAS, NUM_CLASSES);
    for (int j = 0; j < NUM_HIDDEN; j++) {
      int row = OUTPUT_WEIGHT + j * NUM_CLASSES;
      hiddenGradient[j] = hidden[j] > 0 ? dot(parameters, row, probability) : 0;
      addScaled(hidden[j], probability, 0, gradient, row, NUM_CLASSES);
    }
    addScaled(1, hiddenGradient, 0, gradient, HIDDEN_BIAS, NUM_HIDDEN);
    for (int i = 0; i < RawMnist.NUM_PIXELS; i++) {
      double x = data.pixel(image, i);
      if (x != 0) {
        addScaled(x, hiddenGradient, 0, gradient, i * NUM_HIDDEN, NUM_HIDDEN);
      }
    }
  }

  private void softmax() {
    double largest = Arrays.stream(probability).max().orElseThrow();
    double sum = 0;
    for (int c = 0; c < NUM_CLASSES; c++) {
      probability[c] = StrictMath.exp(probability[c] - largest);
      sum += probability[c];
    }
    for (int c = 0; c < NUM_CLASSES; c++) {
      probability[c] /= sum;
    }
  }

  private static void addScaled(
      double scale, double[] from, int fromIndex, double[] to, int toIndex, int length) {
    for (int j = 0; j < length; j++) {
      to[toIndex + j] += scale * from[fromIndex + j];
    }
  }

  private static double dot(double[] row, int begin, double[] column) {
    double sum = 0;
    for (int c = 0; c < column.length; c++) {
      sum += row[begin + c] * column[c];
    }
    return sum;
  }

  private static double truncatedNormal(RandomGenerator random) {
    double value;
    do {
      value = random.nextGaussian();
    } while (Math.abs(value) > 2);
    return value;
  }
}
