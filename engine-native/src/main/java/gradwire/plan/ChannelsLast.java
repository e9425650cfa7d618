package gradwire.plan;

import gradwire.kernels.cpu.Elementwise;
import gradwire.kernels.cpu.Layouts;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Images as others have them, {@code [channels, height, width]}, to images as they are here.
 *
 * @param image the shape of the result; empty: the input's own
 * @param source where the input is from: features without pixels are in others' order in any case
 */
public record ChannelsLast(Optional<Shape> image, Source source) implements Layer {
  /** Where images are from. */
  public enum Source {
    /** The network's input: pixels, too, are in others' order. */
    INPUT,
    /** A vertex: pixels are in order already. */
    VERTEX
  }

  @Override
  public Shape output(List<Shape> inputs) {
    Shape input = inputs.getFirst();
    Shape output = image.orElse(input);
    Misfit.unless(
        input.equals(output) || (input.pixels() == 1 && input.numFloats() == output.numFloats()),
        "images",
        output + ", or as many features",
        input);
    return output;
  }

  @Override
  public Node node(NodeMemory memory) {
    boolean isInOrder = source == Source.VERTEX && memory.input().shape().pixels() > 1;
    return new ChannelsLastNode(memory.output().shape(), isInOrder, memory);
  }

  private record ChannelsLastNode(Shape image, boolean isInOrder, NodeMemory memory)
      implements Node {
    @Override
    public void forward() {
      order(memory.input().data(), memory.output().data(), image.channels(), image.pixels());
    }

    private void order(MemorySegment from, MemorySegment into, int rows, int columns) {
      if (isInOrder) {
        Elementwise.copy(from, into, memory.outputFloats());
      } else {
        Layouts.transpose(from, into, memory.batchSize(), rows, columns);
      }
    }

    @Override
    public void backward() {
      if (memory.input().hasGradient()) {
        order(
            memory.output().gradient(),
            memory.input().gradient(),
            image.pixels(),
            image.channels());
      }
    }
  }
}
