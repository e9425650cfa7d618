package gradwire.plan;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.Matrix;
import gradwire.kernels.cpu.RowBias;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * What follows a convolution's sums, a block at a time while it is in the cache: bias and
 * activation, and back. One thread.
 */
final class FilterEpilogue {
  private final Activation activation;
  private final Optional<MemorySegment> bias;
  private final Optional<MemorySegment> biasGradient;

  /**
   * @param bias {@code [filters]}
   */
  FilterEpilogue(Activation activation, Optional<Range> bias, NodeMemory memory) {
    this.activation = activation;
    this.bias = bias.map(range -> range.of(memory.parameters()));
    this.biasGradient = bias.map(range -> range.of(memory.gradient()));
  }

  /**
   * @param y {@code [windows, filters]}: sums, to become values
   */
  void forward(Matrix y) {
    boolean relu = activation == Activation.RELU;
    if (bias.isPresent()) {
      RowBias.add(y, bias.get(), relu);
    }
    if (!(relu && bias.isPresent()) && activation != Activation.IDENTITY) {
      activation.forward(y.memory(), y.memory(), y.numFloats());
    }
  }

  /**
   * @param y values
   * @param dz the values' gradient, to become the sums'
   * @param kept 0 for a gradient's first block, whose sums begin; else 1
   */
  void backward(Matrix y, Matrix dz, float kept) {
    activation.backward(y.memory(), y.memory(), dz.memory(), y.numFloats());
    if (biasGradient.isPresent()) {
      RowBias.sumRows(dz, kept != 0, biasGradient.get());
    }
  }
}
