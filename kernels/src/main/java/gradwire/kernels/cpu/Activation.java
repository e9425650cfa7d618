package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * {@code y = f(z)} element by element, and its slope. Float64 inside but for ReLU and none. Where
 * the slope can be told from {@code y} alone, {@code z} needn't be kept.
 */
public enum Activation {
  IDENTITY(true) {
    @Override
    double value(double z) {
      return z;
    }

    @Override
    double slope(double z, double y) {
      return 1;
    }
  },

  /** {@code max(0, z)}. */
  RELU(true) {
    @Override
    double value(double z) {
      return z > 0 ? z : 0;
    }

    @Override
    double slope(double z, double y) {
      return y > 0 ? 1 : 0;
    }
  },

  TANH(true) {
    @Override
    double value(double z) {
      return Math.tanh(z);
    }

    @Override
    double slope(double z, double y) {
      return 1 - y * y;
    }
  },

  /** {@code 1 / (1 + exp(-z))}. */
  SIGMOID(true) {
    @Override
    double value(double z) {
      return logistic(z);
    }

    @Override
    double slope(double z, double y) {
      return y * (1 - y);
    }
  },

  /** {@code log(1 + exp(z))}. */
  SOFTPLUS(false) {
    @Override
    double value(double z) {
      return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
    }

    @Override
    double slope(double z, double y) {
      return logistic(z);
    }
  },

  /** {@code z / (1 + |z|)}. */
  SOFTSIGN(false) {
    @Override
    double value(double z) {
      return z / (1 + Math.abs(z));
    }

    @Override
    double slope(double z, double y) {
      double below = 1 + Math.abs(z);
      return 1 / (below * below);
    }
  },

  /** {@code z} above 0, {@code exp(z) - 1} below. */
  ELU(false) {
    @Override
    double value(double z) {
      return z > 0 ? z : Math.expm1(z);
    }

    @Override
    double slope(double z, double y) {
      return z > 0 ? 1 : Math.exp(z);
    }
  },

  /** {@code z * sigmoid(z)}. */
  SWISH(false) {
    @Override
    double value(double z) {
      return z * logistic(z);
    }

    @Override
    double slope(double z, double y) {
      double s = logistic(z);
      return s + z * s * (1 - s);
    }
  },

  /** {@code z}, no lower than -1 and no higher than 1. */
  HARD_TANH(false) {
    @Override
    double value(double z) {
      return Math.clamp(z, -1, 1);
    }

    @Override
    double slope(double z, double y) {
      return z >= -1 && z <= 1 ? 1 : 0;
    }
  },

  CUBE(false) {
    @Override
    double value(double z) {
      return z * z * z;
    }

    @Override
    double slope(double z, double y) {
      return 3 * z * z;
    }
  };

  private final boolean slopeByValue;

  Activation(boolean slopeByValue) {
    this.slopeByValue = slopeByValue;
  }

  abstract double value(double z);

  abstract double slope(double z, double y);

  /**
   * Whether {@link #backward} needs no {@code z}, so that {@code y} may be computed in its place.
   */
  public boolean hasSlopeByValue() {
    return slopeByValue;
  }

  /** {@code y = f(z)}; may be the same memory. */
  public void forward(MemorySegment z, MemorySegment y, long numFloats) {
    if (this == RELU) {
      Elementwise.relu(z, y, numFloats);
      return;
    }
    for (long i = 0; i < numFloats; i++) {
      y.setAtIndex(JAVA_FLOAT, i, (float) value(z.getAtIndex(JAVA_FLOAT, i)));
    }
  }

  /**
   * {@code gradient = gradient * f'(z)}.
   *
   * @param z anything where {@link #hasSlopeByValue}
   */
  public void backward(MemorySegment z, MemorySegment y, MemorySegment gradient, long numFloats) {
    if (this == RELU) {
      Elementwise.zeroWhereInactive(gradient, y, numFloats);
    } else if (this != IDENTITY) {
      for (long i = 0; i < numFloats; i++) {
        double slope = slope(z.getAtIndex(JAVA_FLOAT, i), y.getAtIndex(JAVA_FLOAT, i));
        gradient.setAtIndex(JAVA_FLOAT, i, (float) (gradient.getAtIndex(JAVA_FLOAT, i) * slope));
      }
    }
  }

  private static double logistic(double z) {
    return 1 / (1 + Math.exp(-z));
  }
}
