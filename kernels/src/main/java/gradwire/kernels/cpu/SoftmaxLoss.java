package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * Cross entropy of {@code p = softmax(z)} against labels {@code y}, with its gradient by {@code z}.
 * Float64 inside, summed row by row.
 */
public enum SoftmaxLoss {
  /**
   * DL4J's {@code LossMCXENT}: {@code -SUM(y * log(clip(p, 1e-10, 1 - 1e-10)))}; the gradient is
   * {@code p - y}, clipped or not.
   */
  CROSS_ENTROPY {
    @Override
    double loss(double label, double probability) {
      return -label * Math.log(Math.clamp(probability, FLOOR, 1 - FLOOR));
    }

    @Override
    boolean hasGradient(double probability) {
      return true;
    }

    @Override
    double sumOfLabels(double sumOfLabelsWithGradient) {
      return 1;
    }
  },

  /**
   * {@code -SUM(y * log(clip(p, 1e-10, 1)))}, with the clip's own gradient: none below 1e-10. With
   * {@code S} the sum of the labels that have one, it is {@code p * S - y}, or {@code p * S} below.
   */
  CLIPPED {
    @Override
    double loss(double label, double probability) {
      return -label * Math.log(Math.max(probability, FLOOR));
    }

    @Override
    boolean hasGradient(double probability) {
      return probability >= FLOOR;
    }

    @Override
    double sumOfLabels(double sumOfLabelsWithGradient) {
      return sumOfLabelsWithGradient;
    }
  };

  private static final double FLOOR = 1e-10;

  abstract double loss(double label, double probability);

  /** Whether the loss changes with a probability of this size. */
  abstract boolean hasGradient(double probability);

  /** The factor of {@code p} in the gradient. */
  abstract double sumOfLabels(double sumOfLabelsWithGradient);

  /**
   * The losses, and their gradient times {@code scale}.
   *
   * @param logits {@code [rows, classes] float32}, row-major: z
   * @param labels {@code [rows, classes] float32}, row-major
   * @param gradient {@code [rows, classes] float32}, written; may be {@code logits}
   * @param losses one for each row, written
   */
  public void rows(
      MemorySegment logits,
      MemorySegment labels,
      MemorySegment gradient,
      double[] losses,
      double scale) {
    int classes = (int) (logits.byteSize() / Float.BYTES / losses.length);
    double[] probabilities = new double[classes];
    for (int row = 0; row < losses.length; row++) {
      long first = (long) row * classes;
      softmax(logits, first, probabilities);
      losses[row] = row(probabilities, labels, gradient, first, scale);
    }
  }

  /**
   * {@code p} alone.
   *
   * @param logits {@code [rows, classes] float32}, row-major
   * @param probabilities {@code [rows, classes] float32}, written
   */
  public void probabilities(MemorySegment logits, MemorySegment probabilities, int rows) {
    double[] row = new double[(int) (logits.byteSize() / Float.BYTES / rows)];
    for (long first = 0; first < (long) rows * row.length; first += row.length) {
      softmax(logits, first, row);
      for (int c = 0; c < row.length; c++) {
        probabilities.setAtIndex(JAVA_FLOAT, first + c, (float) row[c]);
      }
    }
  }

  private double row(
      double[] probabilities,
      MemorySegment labels,
      MemorySegment gradient,
      long first,
      double scale) {
    double loss = 0;
    double sum = 0;
    for (int c = 0; c < probabilities.length; c++) {
      float y = labels.getAtIndex(JAVA_FLOAT, first + c);
      if (y != 0) {
        loss += loss(y, probabilities[c]);
        sum += hasGradient(probabilities[c]) ? y : 0;
      }
    }
    double factor = sumOfLabels(sum);
    for (int c = 0; c < probabilities.length; c++) {
      double p = probabilities[c];
      double y = hasGradient(p) ? labels.getAtIndex(JAVA_FLOAT, first + c) : 0;
      gradient.setAtIndex(JAVA_FLOAT, first + c, (float) ((p * factor - y) * scale));
    }
    return loss;
  }

  private static void softmax(MemorySegment logits, long first, double[] probabilities) {
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < probabilities.length; c++) {
      max = Math.max(max, logits.getAtIndex(JAVA_FLOAT, first + c));
    }
    double sum = 0;
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] = Math.exp(logits.getAtIndex(JAVA_FLOAT, first + c) - max);
      sum += probabilities[c];
    }
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] /= sum;
    }
  }
}
