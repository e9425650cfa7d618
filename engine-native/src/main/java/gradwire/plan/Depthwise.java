package gradwire.plan;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.Columns;
import gradwire.kernels.cpu.DepthwiseConvolution;
import gradwire.kernels.cpu.Matrix;
import gradwire.kernels.cpu.Window;
import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A convolution of every channel by itself.
 *
 * @param multiplier filters of each channel, side by side in the result
 * @param geometry kernel, stride, padding
 * @param weights as {@code order} says
 * @param bias {@code [channels * multiplier]}, if there is one
 * @param activation one whose slope can be told from its value
 */
public record Depthwise(
    int multiplier,
    Geometry geometry,
    Range weights,
    Order order,
    Optional<Range> bias,
    Activation activation)
    implements Layer {
  /** How weights lie. */
  public enum Order {
    /** {@code [kernel height, kernel width, channels, multiplier]}. */
    KERNEL_FIRST,
    /** {@code [multiplier, channels, kernel height, kernel width]}. */
    KERNEL_LAST
  }

  public Depthwise {
    if (!activation.hasSlopeByValue()) {
      throw new IllegalArgumentException(activation + " needs a layer of its own");
    }
  }

  @Override
  public Shape output(List<Shape> inputs) {
    Window window = geometry.on(inputs.getFirst());
    Misfit.unless(
        (long) window.floats() * multiplier == weights.length(),
        "depthwise convolution",
        "images of " + weights.length() / multiplier / geometry.kernel().area() + " channels",
        inputs.getFirst());
    return new Shape(
        window.output().height(),
        window.output().width(),
        Math.multiplyExact(window.channels(), multiplier));
  }

  @Override
  public Node node(NodeMemory memory) {
    return new DepthwiseNode(this, memory);
  }

  private static final class DepthwiseNode implements Node {
    private final Depthwise layer;
    private final NodeMemory memory;
    private final int channels;
    private final DepthwiseConvolution kernel;
    private final FilterEpilogue epilogue;

    /** Kernel first. */
    private final MemorySegment inOrder;

    private final Matrix y;

    DepthwiseNode(Depthwise layer, NodeMemory memory) {
      this.layer = layer;
      this.memory = memory;
      Shape image = memory.input().shape();
      Shape output = memory.output().shape();
      this.channels = image.channels();
      this.kernel =
          new DepthwiseConvolution(memory.arena(), layer.geometry.on(image), layer.multiplier);
      this.epilogue = new FilterEpilogue(layer.activation, layer.bias, memory);
      this.inOrder = Floats.allocate(memory.arena(), layer.weights.length());
      this.y =
          new Matrix(
              memory.output().data(), memory.batchSize() * output.pixels(), output.channels());
    }

    /** Where the weight lies that is number {@code index} with the kernel first. */
    private long place(int index) {
      if (layer.order == Order.KERNEL_FIRST) {
        return layer.weights.begin() + index;
      }
      int filter = index % layer.multiplier;
      int channel = index / layer.multiplier % channels;
      int element = index / layer.multiplier / channels;
      return layer.weights.begin()
          + ((long) filter * channels + channel) * layer.geometry.kernel().area()
          + element;
    }

    @Override
    public void forward() {
      for (int i = 0; i < layer.weights.length(); i++) {
        inOrder.setAtIndex(JAVA_FLOAT, i, memory.parameters().getAtIndex(JAVA_FLOAT, place(i)));
      }
      kernel.forward(memory.input().data(), memory.batchSize(), inOrder, y.memory());
      epilogue.forward(y);
    }

    @Override
    public void backward() {
      MemorySegment dy = memory.output().gradient();
      MemorySegment images = memory.input().data();
      epilogue.backward(y, new Matrix(dy, y.rows(), y.columns()), 0);
      Columns sums = kernel.weightsGradient(images, dy, memory.batchSize());
      for (int i = 0; i < sums.count(); i++) {
        memory.gradient().setAtIndex(JAVA_FLOAT, place(i), (float) sums.get(i));
      }
      if (memory.input().hasGradient()) {
        kernel.imageGradient(dy, memory.batchSize(), inOrder, memory.input().gradient());
      }
    }
  }
}
