package gradwire.plan;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.kernels.cpu.Columns;
import gradwire.kernels.cpu.LayerNormalization;
import gradwire.kernels.cpu.Matrix;
import gradwire.kernels.cpu.RowBias;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Layer normalization of an example's features, or of each time step's.
 *
 * @param gain {@code [features]}
 * @param bias {@code [features]}, if there is one
 */
public record LayerNorm(Range gain, Optional<Range> bias) implements Layer {
  @Override
  public Shape output(List<Shape> inputs) {
    Shape input = inputs.getFirst();
    Misfit.unless(
        input.channels() == gain.length(), "layer norm", gain.length() + " features", input);
    return input;
  }

  @Override
  public Node node(NodeMemory memory) {
    return new LayerNormNode(this, memory);
  }

  private static final class LayerNormNode implements Node {
    private final LayerNorm layer;
    private final NodeMemory memory;
    private final int numRows;
    private final LayerNormalization kernel;

    LayerNormNode(LayerNorm layer, NodeMemory memory) {
      this.layer = layer;
      this.memory = memory;
      Shape shape = memory.output().shape();
      this.numRows = memory.batchSize() * shape.pixels();
      this.kernel = new LayerNormalization(memory.arena(), numRows, shape.channels());
    }

    private MemorySegment gain() {
      return layer.gain.of(memory.parameters());
    }

    @Override
    public void forward() {
      kernel.forward(
          memory.input().data(),
          memory.output().data(),
          gain(),
          layer.bias.map(range -> range.of(memory.parameters())));
    }

    @Override
    public void backward() {
      Value<MemorySegment> x = memory.input();
      MemorySegment dy = memory.output().gradient();
      Optional<MemorySegment> dx = x.hasGradient() ? Optional.of(x.gradient()) : Optional.empty();
      Columns gains = kernel.backward(dy, x.data(), dx, gain());
      for (int c = 0; c < gains.count(); c++) {
        memory.gradient().setAtIndex(JAVA_FLOAT, layer.gain.begin() + c, (float) gains.get(c));
      }
      Matrix rows = new Matrix(dy, numRows, gains.count());
      layer.bias.ifPresent(range -> RowBias.sumRows(rows, false, range.of(memory.gradient())));
    }
  }
}
