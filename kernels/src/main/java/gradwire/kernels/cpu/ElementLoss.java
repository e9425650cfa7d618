package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * Losses that are sums over a row's elements, of {@code p = f(z)} against labels {@code y}, with
 * their gradient by {@code z}. Float64 inside, summed row by row.
 */
public enum ElementLoss {
  /** {@code SUM((p - y)^2)}. */
  SQUARED {
    @Override
    double loss(Activation activation, double z, double label) {
      double error = activation.value(z) - label;
      return error * error;
    }

    @Override
    double gradient(Activation activation, double z, double label) {
      double p = activation.value(z);
      return 2 * (p - label) * activation.slope(z, p);
    }
  },

  /** {@code SUM((p - y)^2)} over a row, divided by the row's length. */
  MEAN_SQUARED {
    @Override
    double loss(Activation activation, double z, double label) {
      return SQUARED.loss(activation, z, label);
    }

    @Override
    double gradient(Activation activation, double z, double label) {
      return SQUARED.gradient(activation, z, label);
    }

    @Override
    double factor(int columns) {
      return 1.0 / columns;
    }
  },

  /**
   * {@code -SUM(y log(p) + (1 - y) log(1 - p))} of sigmoids, from {@code z} so that nothing is
   * lost.
   */
  BINARY_CROSS_ENTROPY {
    @Override
    double loss(Activation activation, double z, double label) {
      return Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));
    }

    @Override
    double gradient(Activation activation, double z, double label) {
      return Activation.SIGMOID.value(z) - label;
    }
  };

  abstract double loss(Activation activation, double z, double label);

  abstract double gradient(Activation activation, double z, double label);

  /** Of both. */
  double factor(int columns) {
    return 1;
  }

  /**
   * The losses, and their gradient times {@code scale}.
   *
   * @param activation f; {@link Activation#SIGMOID} for {@link #BINARY_CROSS_ENTROPY}
   * @param z {@code [rows, columns] float32}, row-major
   * @param labels {@code [rows, columns] float32}
   * @param gradient {@code [rows, columns] float32}, written; may be {@code z}
   * @param losses one for each row, written
   */
  public void rows(
      Activation activation,
      MemorySegment z,
      MemorySegment labels,
      MemorySegment gradient,
      double[] losses,
      double scale) {
    int columns = (int) (z.byteSize() / Float.BYTES / losses.length);
    double factor = factor(columns);
    for (int row = 0; row < losses.length; row++) {
      double sum = 0;
      for (long i = (long) row * columns; i < (long) (row + 1) * columns; i++) {
        double logit = z.getAtIndex(JAVA_FLOAT, i);
        double label = labels.getAtIndex(JAVA_FLOAT, i);
        sum += loss(activation, logit, label);
        double slope = gradient(activation, logit, label) * factor * scale;
        gradient.setAtIndex(JAVA_FLOAT, i, (float) slope);
      }
      losses[row] = sum * factor;
    }
  }
}
