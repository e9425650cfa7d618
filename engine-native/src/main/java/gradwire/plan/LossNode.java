package gradwire.plan;

import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;

/** The end of a network, on batches of one size. One thread. */
final class LossNode {
  private final Loss loss;
  private final Value logits;
  private final MemorySegment z;
  private final double[] losses;

  LossNode(Loss loss, Value logits, int batchSize) {
    this.loss = loss;
    this.logits = logits;
    this.losses = new double[batchSize];
    this.z = Floats.slice(logits.data(), 0, (long) batchSize * logits.shape().numFloats());
  }

  /**
   * Writes the gradient of the logits.
   *
   * @param labels {@code [batch, ...]}, as the logits
   * @param scale of losses and gradients
   * @return the sum of the examples' losses, times {@code scale}
   */
  double computeGradient(MemorySegment labels, double scale) {
    MemorySegment dz = Floats.slice(logits.gradient(), 0, Floats.length(z));
    switch (loss) {
      case Loss.Softmax(var function) -> function.rows(z, labels, dz, losses, scale);
      case Loss.Elements(var activation, var function) ->
          function.rows(activation, z, labels, dz, losses, scale);
    }
    double sum = 0;
    for (double one : losses) {
      sum += one;
    }
    return sum * scale;
  }

  /** The activation alone, into {@code [batch, ...]}. */
  void activate(MemorySegment outputs) {
    switch (loss) {
      case Loss.Softmax(var function) -> function.probabilities(z, outputs, losses.length);
      case Loss.Elements(var activation, var ignored) ->
          activation.forward(z, outputs, Floats.length(z));
    }
  }
}
