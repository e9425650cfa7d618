package gradwire.plan;

import gradwire.kernels.cpu.MaxPooling;
import gradwire.kernels.cpu.Window;
import java.util.List;

/** The largest pixel under each window, by channel. */
public record MaxPool(Geometry geometry) implements Layer {
  @Override
  public Shape output(List<Shape> inputs) {
    Window window = geometry.on(inputs.getFirst());
    return new Shape(window.output().height(), window.output().width(), window.channels());
  }

  @Override
  public Node node(NodeMemory memory) {
    return new MaxPoolNode(
        new MaxPooling(memory.arena(), geometry.on(memory.input().shape())), memory);
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
