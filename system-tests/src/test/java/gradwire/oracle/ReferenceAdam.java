package gradwire.oracle;

/**
 * Adam in TensorFlow's "epsilon hat" form, float64: {@code m = b1·m + (1-b1)·g; v = b2·v +
 * (1-b2)·g²; w -= lr·sqrt(1-b2^t)/(1-b1^t) · m/(sqrt(v) + epsilon)}, t from 1.
 */
final class ReferenceAdam {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final double learningRate;
  private final double[] mean;
  private final double[] square;
  private double beta1Power = 1;
  private double beta2Power = 1;

  ReferenceAdam(double learningRate, int length) {
    this.learningRate = learningRate;
    this.mean = new double[length];
    this.square = new double[length];
  }

  /** One step, in place; {@code scale} multiplies the gradient first. */
  void step(double[] weights, double[] gradient, double scale) {
    beta1Power *= BETA1;
    beta2Power *= BETA2;
    double rate = learningRate * Math.sqrt(1 - beta2Power) / (1 - beta1Power);
    for (int i = 0; i < weights.length; i++) {
      double g = scale * gradient[i];
      mean[i] = BETA1 * mean[i] + (1 - BETA1) * g;
      square[i] = BETA2 * square[i] + (1 - BETA2) * g * g;
      weights[i] -= rate * mean[i] / (Math.sqrt(square[i]) + EPSILON);
    }
  }
}
