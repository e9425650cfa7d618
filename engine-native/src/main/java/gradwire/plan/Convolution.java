package gradwire.plan;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.Window;
import java.util.List;
import java.util.Optional;

/**
 * A convolution of images: {@code y = f(windows W + b)}.
 *
 * @param numFilters channels of the result
 * @param geometry kernel, stride, padding
 * @param weights as {@code order} says
 * @param bias {@code [numFilters]}, if there is one
 * @param activation one whose slope can be told from its value
 */
public record Convolution(
    int numFilters,
    Geometry geometry,
    Range weights,
    Order order,
    Optional<Range> bias,
    Activation activation)
    implements Layer {
  /** How weights lie. */
  public enum Order {
    /** {@code [numFilters, channels, kernel height, kernel width]}. */
    FILTERS_FIRST,
    /** {@code [kernel height, kernel width, channels, numFilters]}. */
    FILTERS_LAST
  }

  /**
   * Windows of one block of images, in floats: what is laid out at a time stays in the second-level
   * cache, beside the block's images and results.
   */
  private static final int BLOCK_FLOATS = 128 * 1024;

  /** Of a window: three vectors of weights each then are 128 KiB at most, with 8 lanes. */
  private static final int MOST_DIRECT_FLOATS = 1365;

  public Convolution {
    if (!activation.hasSlopeByValue()) {
      throw new IllegalArgumentException(activation + " needs a layer of its own");
    }
  }

  @Override
  public Shape output(List<Shape> inputs) {
    Window window = window(inputs);
    Misfit.unless(
        (long) numFilters * window.floats() == weights.length(),
        "convolution",
        "images of " + weights.length() / numFilters / geometry.kernel().area() + " channels",
        inputs.getFirst());
    return new Shape(window.output().height(), window.output().width(), numFilters);
  }

  @Override
  public long scratchFloats(List<Shape> inputs, int batchSize) {
    Window window = window(inputs);
    int block = Math.min(batchSize, blockSize(window));
    return (long) block * window.output().area() * window.floats();
  }

  @Override
  public Node node(NodeMemory memory) {
    return new ConvolutionNode(this, memory);
  }

  Window window(List<Shape> inputs) {
    return geometry.on(inputs.getFirst());
  }

  /**
   * Whether windows are read where they lie: not where a window is one pixel, which is a plain
   * product already, nor where so many weights are read for a few windows that they fall out of the
   * cache.
   */
  static boolean isDirect(Window window) {
    return !window.isPointwise() && window.floats() <= MOST_DIRECT_FLOATS;
  }

  /** Images whose windows are worked on at a time. */
  public static int blockSize(Window window) {
    long floats = (long) window.output().area() * window.floats();
    return (int) Math.max(1, BLOCK_FLOATS / floats);
  }
}
