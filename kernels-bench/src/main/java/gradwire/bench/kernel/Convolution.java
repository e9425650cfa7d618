package gradwire.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.bench.report.Work;
import gradwire.kernels.cpu.Window;
import gradwire.kernels.cpu.Window.Size;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A layer of filters without a bias, or its gradients. Inputs: images {@code [images, side, side,
 * channels]}, weights {@code [filters, channels, kernel, kernel]}, gradient of the result {@code
 * [images, windows, windows, filters]}.
 */
record Convolution(Way way, Layer layer) implements Problem {
  private static final double TOLERANCE_PER_PRODUCT = 1e-6;
  static final int IMAGES = 0;
  static final int WEIGHTS = 1;
  static final int RESULT_GRADIENT = 2;

  /** What is computed of a layer. */
  enum Way {
    FORWARD("convolution-forward"),
    WEIGHTS_GRADIENT("convolution-weights-gradient"),
    INPUT_GRADIENT("convolution-input-gradient"),
    /** Both gradients, the weights' first. */
    BACKWARD("convolution-backward");

    private final String kernel;

    Way(String kernel) {
      this.kernel = kernel;
    }
  }

  /** Square images, windows at every pixel or at every one where they fit. */
  record Layer(int numImages, int side, int channels, int kernel, int padding, int numFilters) {
    /** Windows in a row. */
    int windows() {
      return side + 2 * padding - kernel + 1;
    }

    long imagesLength() {
      return (long) numImages * side * side * channels;
    }

    long weightsLength() {
      return (long) numFilters * channels * kernel * kernel;
    }

    long resultLength() {
      return (long) numImages * windows() * windows() * numFilters;
    }

    Window window() {
      Size one = new Size(1, 1);
      return new Window(
          new Size(side, side),
          new Size(kernel, kernel),
          one,
          new Size(padding, padding),
          one,
          new Size(windows(), windows()),
          channels);
    }

    private long image(long image, int row, int column, int channel) {
      return ((image * side + row) * side + column) * channels + channel;
    }

    private long weight(int filter, int channel, int row, int column) {
      return (((long) filter * channels + channel) * kernel + row) * kernel + column;
    }

    private long result(long image, int row, int column, int filter) {
      return ((image * windows() + row) * windows() + column) * numFilters + filter;
    }

    private boolean isImage(int row, int column) {
      return row >= 0 && row < side && column >= 0 && column < side;
    }

    private boolean isWindow(int row, int column) {
      return row >= 0 && row < windows() && column >= 0 && column < windows();
    }
  }

  @Override
  public String kernel() {
    return way.kernel;
  }

  @Override
  public String shape() {
    return "%dx%dx%dx%d-%dx%dx%d"
        .formatted(
            layer.numImages,
            layer.side,
            layer.side,
            layer.channels,
            layer.kernel,
            layer.kernel,
            layer.numFilters);
  }

  /** Products with the frame's zeros count. */
  @Override
  public Work work() {
    long flops = 2 * layer.resultLength() * layer.kernel * layer.kernel * layer.channels;
    long numFloats = layer.imagesLength() + layer.weightsLength() + layer.resultLength();
    return way == Way.BACKWARD
        ? new Work(2 * flops, (numFloats + resultLength()) * Float.BYTES, Work.Bound.ARITHMETIC)
        : new Work(flops, numFloats * Float.BYTES, Work.Bound.ARITHMETIC);
  }

  @Override
  public List<MemorySegment> inputs(Arena arena) {
    return Uniform.tensors(
        arena, layer.imagesLength(), layer.weightsLength(), layer.resultLength());
  }

  @Override
  public long resultLength() {
    return switch (way) {
      case FORWARD -> layer.resultLength();
      case WEIGHTS_GRADIENT -> layer.weightsLength();
      case INPUT_GRADIENT -> layer.imagesLength();
      case BACKWARD -> layer.weightsLength() + layer.imagesLength();
    };
  }

  @Override
  public double expected(List<MemorySegment> inputs, long index) {
    return switch (way) {
      case FORWARD -> sum(inputs, index);
      case WEIGHTS_GRADIENT -> weightsGradient(inputs, index);
      case INPUT_GRADIENT -> inputGradient(inputs, index);
      case BACKWARD ->
          index < layer.weightsLength()
              ? weightsGradient(inputs, index)
              : inputGradient(inputs, index - layer.weightsLength());
    };
  }

  private double sum(List<MemorySegment> inputs, long index) {
    int filter = (int) (index % layer.numFilters);
    long window = index / layer.numFilters;
    int column = (int) (window % layer.windows()) - layer.padding;
    int row = (int) (window / layer.windows() % layer.windows()) - layer.padding;
    long image = window / layer.windows() / layer.windows();
    double sum = 0;
    for (int place = 0; place < layer.kernel * layer.kernel; place++) {
      int down = place / layer.kernel;
      int right = place % layer.kernel;
      for (int c = 0; layer.isImage(row + down, column + right) && c < layer.channels; c++) {
        sum +=
            at(inputs.get(IMAGES), layer.image(image, row + down, column + right, c))
                * at(inputs.get(WEIGHTS), layer.weight(filter, c, down, right));
      }
    }
    return sum;
  }

  private double weightsGradient(List<MemorySegment> inputs, long index) {
    int right = (int) (index % layer.kernel) - layer.padding;
    int down = (int) (index / layer.kernel % layer.kernel) - layer.padding;
    long channelOfFilter = index / layer.kernel / layer.kernel;
    int channel = (int) (channelOfFilter % layer.channels);
    int filter = (int) (channelOfFilter / layer.channels);
    double sum = 0;
    for (long window = 0; window < layer.resultLength() / layer.numFilters; window++) {
      int column = (int) (window % layer.windows()) + right;
      int row = (int) (window / layer.windows() % layer.windows()) + down;
      long image = window / layer.windows() / layer.windows();
      if (layer.isImage(row, column)) {
        sum +=
            at(inputs.get(RESULT_GRADIENT), window * layer.numFilters + filter)
                * at(inputs.get(IMAGES), layer.image(image, row, column, channel));
      }
    }
    return sum;
  }

  private double inputGradient(List<MemorySegment> inputs, long index) {
    int channel = (int) (index % layer.channels);
    long pixel = index / layer.channels;
    int column = (int) (pixel % layer.side) + layer.padding;
    int row = (int) (pixel / layer.side % layer.side) + layer.padding;
    long image = pixel / layer.side / layer.side;
    double sum = 0;
    for (int place = 0; place < layer.kernel * layer.kernel; place++) {
      int down = place / layer.kernel;
      int right = place % layer.kernel;
      for (int f = 0; layer.isWindow(row - down, column - right) && f < layer.numFilters; f++) {
        sum +=
            at(inputs.get(RESULT_GRADIENT), layer.result(image, row - down, column - right, f))
                * at(inputs.get(WEIGHTS), layer.weight(f, channel, down, right));
      }
    }
    return sum;
  }

  private static double at(MemorySegment tensor, long index) {
    return tensor.getAtIndex(JAVA_FLOAT, index);
  }

  /** By the longest of the sums. */
  @Override
  public double tolerance(double expected) {
    long depth =
        switch (way) {
          case FORWARD -> (long) layer.kernel * layer.kernel * layer.channels;
          case INPUT_GRADIENT -> (long) layer.kernel * layer.kernel * layer.numFilters;
          case WEIGHTS_GRADIENT, BACKWARD -> layer.resultLength() / layer.numFilters;
        };
    return TOLERANCE_PER_PRODUCT * (depth + 10);
  }
}
