package gradwire.plan;

import gradwire.kernels.cpu.AveragePooling;
import gradwire.kernels.cpu.Window;
import java.util.List;
import java.util.Optional;

/**
 * The mean of the pixels under each window, by channel.
 *
 * @param geometry none: one window, as large as the image
 * @param divisor of the sum of a window's pixels
 */
public record AveragePool(Optional<Geometry> geometry, Divisor divisor) implements Layer {
  /** What a sum is divided by. */
  public enum Divisor {
    /** The kernel's area, pixels outside of the image counted as zeros. */
    KERNEL,
    /** How many of the window's pixels lie in the image. */
    COVERED,
    /** 1: it stays a sum. */
    ONE
  }

  @Override
  public Shape output(List<Shape> inputs) {
    return Geometry.pooled(geometry, inputs.getFirst());
  }

  @Override
  public Node node(NodeMemory memory) {
    Window window = Geometry.of(geometry, memory.input().shape());
    int area = window.kernel().area();
    AveragePooling pooling =
        new AveragePooling(
            memory.arena(),
            window,
            covered ->
                switch (divisor) {
                  case KERNEL -> 1.0 / area;
                  case COVERED -> 1.0 / covered;
                  case ONE -> 1;
                });
    return new AveragePoolNode(pooling, memory);
  }

  private record AveragePoolNode(AveragePooling pooling, NodeMemory memory) implements Node {
    @Override
    public void forward() {
      pooling.forward(memory.input().data(), memory.batchSize(), memory.output().data());
    }

    @Override
    public void backward() {
      if (memory.input().hasGradient()) {
        pooling.backward(memory.output().gradient(), memory.batchSize(), memory.input().gradient());
      }
    }
  }
}
