package gradwire.plan;

import gradwire.kernels.cpu.MaxPooling;
import java.util.List;
import java.util.Optional;

/**
 * The largest pixel under each window, by channel.
 *
 * @param geometry none: one window, as large as the image
 */
public record MaxPool(Optional<Geometry> geometry) implements Layer {
  @Override
  public Shape output(List<Shape> inputs) {
    return Geometry.pooled(geometry, inputs.getFirst());
  }

  @Override
  public Node node(NodeMemory memory) {
    return new MaxPoolNode(
        new MaxPooling(memory.arena(), Geometry.of(geometry, memory.input().shape())), memory);
  }

  private record MaxPoolNode(MaxPooling pooling, NodeMemory memory) implements Node {
    @Override
    public void forward() {
      pooling.forward(memory.input().data(), memory.batchSize(), memory.output().data());
    }

    @Override
    public void backward() {
      if (memory.input().hasGradient()) {
        pooling.backward(
            memory.input().data(),
            memory.batchSize(),
            memory.output().data(),
            memory.output().gradient(),
            memory.input().gradient());
      }
    }
  }
}
