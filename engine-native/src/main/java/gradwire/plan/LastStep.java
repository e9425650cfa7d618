package gradwire.plan;

import gradwire.kernels.cpu.Layouts;
import gradwire.kernels.cpu.Matrix;
import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The last time step of every sequence. */
public record LastStep() implements Layer {
  @Override
  public Shape output(List<Shape> inputs) {
    Shape input = inputs.getFirst();
    Misfit.unless(input.isSequence(), "last time step", "sequences", input);
    return Shape.flat(input.channels());
  }

  @Override
  public Node node(NodeMemory memory) {
    return new LastStepNode(memory);
  }

  private record LastStepNode(NodeMemory memory) implements Node {
    @Override
    public void forward() {
      Layouts.copyRows(lastSteps(memory.input().data()), steps(memory.output().data()));
    }

    @Override
    public void backward() {
      if (memory.input().hasGradient()) {
        MemorySegment dx = memory.input().gradient();
        long numFloats = (long) memory.batchSize() * memory.input().shape().numFloats();
        Floats.slice(dx, 0, numFloats).fill((byte) 0);
        Layouts.copyRows(steps(memory.output().gradient()), lastSteps(dx));
      }
    }

    private Matrix steps(MemorySegment data) {
      return new Matrix(data, memory.batchSize(), memory.output().shape().numFloats());
    }

    private Matrix lastSteps(MemorySegment sequences) {
      int numFeatures = memory.output().shape().numFloats();
      int sequence = memory.input().shape().numFloats();
      MemorySegment first = sequences.asSlice((long) (sequence - numFeatures) * Float.BYTES);
      return new Matrix(first, memory.batchSize(), numFeatures, sequence);
    }
  }
}
