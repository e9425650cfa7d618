package gradwire.plan;

import gradwire.kernels.cpu.Activation;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** An activation by itself: {@code y = f(x)}. */
public record Elements(Activation activation) implements Layer {
  @Override
  public Shape output(List<Shape> inputs) {
    return inputs.getFirst();
  }

  @Override
  public Node node(NodeMemory memory) {
    return new ElementsNode(activation, memory);
  }

  private record ElementsNode(Activation activation, NodeMemory memory) implements Node {
    @Override
    public void forward() {
      activation.forward(memory.input().data(), memory.output().data(), memory.outputFloats());
    }

    @Override
    public void backward() {
      if (memory.input().hasGradient()) {
        MemorySegment dx = memory.input().gradient();
        long numFloats = memory.outputFloats();
        MemorySegment.copy(memory.output().gradient(), 0, dx, 0, numFloats * Float.BYTES);
        activation.backward(memory.input().data(), memory.output().data(), dx, numFloats);
      }
    }
  }
}
