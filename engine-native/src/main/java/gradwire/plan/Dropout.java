package gradwire.plan;

import gradwire.kernels.cpu.DropoutMask;
import gradwire.random.Draws;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Srivastava et al., "Dropout", 2014: in training every element is kept with probability {@code
 * kept}, and divided by it, or is 0; else nothing is done. What is kept follows from the gradient's
 * random key and from {@code place} alone.
 *
 * @param kept in (0, 1]
 * @param place a number of its own among a network's dropouts
 */
public record Dropout(double kept, int place) implements Layer {
  @Override
  public Shape output(List<Shape> inputs) {
    return inputs.getFirst();
  }

  @Override
  public Node node(NodeMemory memory) {
    return new DropoutNode(this, new DropoutMask(kept), memory);
  }

  private record DropoutNode(Dropout layer, DropoutMask mask, NodeMemory memory) implements Node {
    @Override
    public void forward() {
      apply(memory.input().data(), memory.output().data());
    }

    @Override
    public void backward() {
      if (memory.input().hasGradient()) {
        apply(memory.output().gradient(), memory.input().gradient());
      }
    }

    private void apply(MemorySegment from, MemorySegment into) {
      if (memory.training()) {
        long key = memory.randomKey().get();
        long own = Draws.of(key, Draws.Purpose.DROPOUT, layer.place).nextLong();
        mask.apply(own, from, into, memory.outputFloats());
      } else {
        MemorySegment.copy(from, 0, into, 0, memory.outputFloats() * Float.BYTES);
      }
    }
  }
}
