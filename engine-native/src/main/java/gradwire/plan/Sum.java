package gradwire.plan;

import gradwire.kernels.cpu.Elementwise;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The sum of inputs of one shape, element by element, first to last. */
public record Sum() implements Layer {
  @Override
  public Shape output(List<Shape> inputs) {
    for (Shape input : inputs) {
      Misfit.unless(
          input.equals(inputs.getFirst()), "sum", inputs.getFirst() + " of every input", input);
    }
    return inputs.getFirst();
  }

  @Override
  public Node node(NodeMemory memory) {
    return new SumNode(memory);
  }

  private record SumNode(NodeMemory memory) implements Node {
    @Override
    public void forward() {
      MemorySegment y = memory.output().data();
      Elementwise.copy(memory.input().data(), y, memory.outputFloats());
      for (int i = 1; i < memory.inputs().size(); i++) {
        Elementwise.add(y, memory.inputs().get(i).data(), y, memory.outputFloats());
      }
    }

    @Override
    public void backward() {
      for (Value<MemorySegment> input : memory.inputs()) {
        if (input.hasGradient()) {
          Elementwise.copy(memory.output().gradient(), input.gradient(), memory.outputFloats());
        }
      }
    }
  }
}
