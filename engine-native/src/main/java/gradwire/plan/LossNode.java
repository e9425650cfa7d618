package gradwire.plan;

import gradwire.kernels.cpu.Layouts;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The end of a network, on batches of one size. Others have an example's labels for all time steps
 * in the order {@code [labels, time steps]}. One thread.
 */
final class LossNode {
  private final Loss loss;
  private final Value<MemorySegment> logits;
  private final int batchSize;
  private final int numSteps;
  private final int numLabels;
  private final MemorySegment z;

  /** {@code [batch, time steps, labels]}, or activations; nothing where there is one step. */
  private final MemorySegment inOrder;

  private final double[] losses;

  LossNode(NetworkSpec network, Value<MemorySegment> logits, int batchSize, Arena arena) {
    this.loss = network.loss();
    this.logits = logits;
    this.batchSize = batchSize;
    this.numSteps = network.hasLossOfSteps() ? logits.shape().pixels() : 1;
    this.numLabels = logits.shape().numFloats() / numSteps;
    this.losses = new double[batchSize * numSteps];
    this.z = Floats.slice(logits.data(), 0, (long) batchSize * logits.shape().numFloats());
    this.inOrder = numSteps == 1 ? MemorySegment.NULL : Floats.allocate(arena, Floats.length(z));
  }

  /**
   * Writes the gradient of the logits.
   *
   * @param labels {@code [batch, labels, time steps]}
   * @param scale of losses and gradients
   * @return the sum of all losses, times {@code scale}
   */
  double computeGradient(MemorySegment labels, double scale) {
    MemorySegment dz = Floats.slice(logits.gradient(), 0, Floats.length(z));
    MemorySegment y = labels;
    if (numSteps > 1) {
      Layouts.transpose(labels, inOrder, batchSize, numLabels, numSteps);
      y = inOrder;
    }
    switch (loss) {
      case Loss.Softmax(var function) -> function.rows(z, y, dz, losses, scale);
      case Loss.Elements(var activation, var function) ->
          function.rows(activation, z, y, dz, losses, scale);
    }
    double sum = 0;
    for (double one : losses) {
      sum += one;
    }
    return sum * scale;
  }

  /** The activation alone, into {@code [batch, labels, time steps]}. */
  void activate(MemorySegment outputs) {
    MemorySegment into = numSteps == 1 ? outputs : inOrder;
    switch (loss) {
      case Loss.Softmax(var function) -> function.probabilities(z, into, losses.length);
      case Loss.Elements(var activation, var ignored) ->
          activation.forward(z, into, Floats.length(z));
    }
    if (numSteps > 1) {
      Layouts.transpose(inOrder, outputs, batchSize, numSteps, numLabels);
    }
  }
}
