package gradwire.plan;

import gradwire.kernels.cpu.Layouts;
import java.util.List;

/** Images to features in the order that others have, {@code [channels, height, width]}. */
public record ChannelsFirst() implements Layer {
  @Override
  public Shape output(List<Shape> inputs) {
    return Shape.flat(inputs.getFirst().numFloats());
  }

  @Override
  public Node node(NodeMemory memory) {
    return new ChannelsFirstNode(memory);
  }

  private record ChannelsFirstNode(NodeMemory memory) implements Node {
    @Override
    public void forward() {
      Shape image = memory.input().shape();
      Layouts.transpose(
          memory.input().data(),
          memory.output().data(),
          memory.batchSize(),
          image.pixels(),
          image.channels());
    }

    @Override
    public void backward() {
      if (memory.input().hasGradient()) {
        Shape image = memory.input().shape();
        Layouts.transpose(
            memory.output().gradient(),
            memory.input().gradient(),
            memory.batchSize(),
            image.channels(),
            image.pixels());
      }
    }
  }
}
