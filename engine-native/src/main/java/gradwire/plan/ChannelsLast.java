package gradwire.plan;

import gradwire.kernels.cpu.Layouts;
import java.util.List;
import java.util.Optional;

/**
 * Images as others have them, {@code [channels, height, width]}, to images as they are here.
 *
 * @param image the shape of the result, where what comes in are so many features without a shape;
 *     empty: the input's own
 */
public record ChannelsLast(Optional<Shape> image) implements Layer {
  @Override
  public Shape output(List<Shape> inputs) {
    Shape input = inputs.getFirst();
    Shape output = image.orElse(input);
    Misfit.unless(
        input.numFloats() == output.numFloats(), "images", "as many features as " + output, input);
    return output;
  }

  @Override
  public Node node(NodeMemory memory) {
    return new ChannelsLastNode(memory.output().shape(), memory);
  }

  private record ChannelsLastNode(Shape image, NodeMemory memory) implements Node {
    @Override
    public void forward() {
      Layouts.transpose(
          memory.input().data(),
          memory.output().data(),
          memory.batchSize(),
          image.channels(),
          image.pixels());
    }

    @Override
    public void backward() {
      if (memory.input().hasGradient()) {
        Layouts.transpose(
            memory.output().gradient(),
            memory.input().gradient(),
            memory.batchSize(),
            image.pixels(),
            image.channels());
      }
    }
  }
}
