package gradwire.plan;

import gradwire.kernels.cpu.Layouts;
import gradwire.kernels.cpu.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The channels of several inputs side by side, first to last, pixel by pixel. */
public record Concat() implements Layer {
  @Override
  public Shape output(List<Shape> inputs) {
    Shape first = inputs.getFirst();
    int channels = 0;
    for (Shape input : inputs) {
      Misfit.unless(input.size().equals(first.size()), "concat", "the pixels of " + first, input);
      channels = Math.addExact(channels, input.channels());
    }
    return new Shape(first.height(), first.width(), channels);
  }

  @Override
  public Node node(NodeMemory memory) {
    return new ConcatNode(memory);
  }

  private record ConcatNode(NodeMemory memory) implements Node {
    @Override
    public void forward() {
      int first = 0;
      for (Value<MemorySegment> input : memory.inputs()) {
        Layouts.copyRows(whole(input, input.data()), part(memory.output().data(), first, input));
        first += input.shape().channels();
      }
    }

    @Override
    public void backward() {
      int first = 0;
      for (Value<MemorySegment> input : memory.inputs()) {
        if (input.hasGradient()) {
          Matrix own = part(memory.output().gradient(), first, input);
          Layouts.copyRows(own, whole(input, input.gradient()));
        }
        first += input.shape().channels();
      }
    }

    private int numPixels() {
      return memory.batchSize() * memory.output().shape().pixels();
    }

    private Matrix whole(Value<MemorySegment> input, MemorySegment data) {
      return new Matrix(data, numPixels(), input.shape().channels());
    }

    /** An input's channels among all, from the channel {@code first} on. */
    private Matrix part(MemorySegment all, int first, Value<MemorySegment> input) {
      return new Matrix(
          all.asSlice((long) first * Float.BYTES),
          numPixels(),
          input.shape().channels(),
          memory.output().shape().channels());
    }
  }
}
