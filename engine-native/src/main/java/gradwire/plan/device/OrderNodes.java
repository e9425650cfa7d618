package gradwire.plan.device;

import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.ElementKernels;
import gradwire.plan.ChannelsLast;
import gradwire.plan.Shape;
import gradwire.plan.Value;

/** Layers that bring elements into another order, or choose some. */
final class OrderNodes {
  private OrderNodes() {}

  /** Others' images to ours. */
  static DeviceNode channelsLast(ChannelsLast layer, NodeRanges ranges) {
    boolean isInOrder =
        layer.source() == ChannelsLast.Source.VERTEX && ranges.inputShape().pixels() > 1;
    Shape image = ranges.outputShape();
    return isInOrder
        ? ElementNodes.sum(ranges)
        : new Transposed(ranges, image.channels(), image.pixels());
  }

  /** Our images to others' features. */
  static DeviceNode channelsFirst(NodeRanges ranges) {
    Shape image = ranges.inputShape();
    return new Transposed(ranges, image.pixels(), image.channels());
  }

  /** The inputs' channels side by side. */
  static DeviceNode concat(NodeRanges ranges) {
    return new Concatenated(ranges);
  }

  /** The last time step of every sequence. */
  static DeviceNode lastStep(NodeRanges ranges) {
    return new LastOfSteps(ranges);
  }

  /**
   * Of every example.
   *
   * @param rows of an input
   */
  private record Transposed(NodeRanges ranges, int rows, int columns) implements DeviceNode {
    @Override
    public void forward(CudaStream stream) {
      ranges
          .kernels()
          .elements()
          .transpose(stream, ranges.x(), ranges.y(), ranges.batchSize(), rows, columns);
    }

    @Override
    public void backward(CudaStream stream) {
      ranges
          .dx()
          .ifPresent(
              dx ->
                  ranges
                      .kernels()
                      .elements()
                      .transpose(stream, ranges.dy(), dx, ranges.batchSize(), columns, rows));
    }
  }

  private record Concatenated(NodeRanges ranges) implements DeviceNode {
    @Override
    public void forward(CudaStream stream) {
      int first = 0;
      for (Value<DeviceRange> input : ranges.inputs()) {
        copy(stream, whole(input, ranges.data(input)), part(ranges.y(), first), input);
        first += input.shape().channels();
      }
    }

    @Override
    public void backward(CudaStream stream) {
      int first = 0;
      for (Value<DeviceRange> input : ranges.inputs()) {
        if (input.hasGradient()) {
          DeviceRange dx = ranges.gradient(input).orElseThrow();
          copy(stream, part(ranges.dy(), first), whole(input, dx), input);
        }
        first += input.shape().channels();
      }
    }

    private void copy(
        CudaStream stream,
        ElementKernels.Columns from,
        ElementKernels.Columns into,
        Value<DeviceRange> input) {
      ranges
          .kernels()
          .elements()
          .copyColumns(stream, from, into, ranges.numRows(), input.shape().channels());
    }

    private static ElementKernels.Columns whole(Value<DeviceRange> input, DeviceRange data) {
      return new ElementKernels.Columns(data, input.shape().channels(), 0);
    }

    /** An input's channels among all, from the channel {@code first} on. */
    private ElementKernels.Columns part(DeviceRange all, int first) {
      return new ElementKernels.Columns(all, ranges.outputShape().channels(), first);
    }
  }

  private record LastOfSteps(NodeRanges ranges) implements DeviceNode {
    @Override
    public void forward(CudaStream stream) {
      copy(stream, among(ranges.x()), alone(ranges.y()));
    }

    @Override
    public void backward(CudaStream stream) {
      ranges
          .dx()
          .ifPresent(
              dx -> {
                stream.fill(dx, (byte) 0);
                copy(stream, alone(ranges.dy()), among(dx));
              });
    }

    private void copy(CudaStream stream, ElementKernels.Columns from, ElementKernels.Columns into) {
      ranges
          .kernels()
          .elements()
          .copyColumns(stream, from, into, ranges.batchSize(), numFeatures());
    }

    private int numFeatures() {
      return ranges.outputShape().numFloats();
    }

    private ElementKernels.Columns alone(DeviceRange steps) {
      return new ElementKernels.Columns(steps, numFeatures(), 0);
    }

    private ElementKernels.Columns among(DeviceRange sequences) {
      int sequence = ranges.inputShape().numFloats();
      return new ElementKernels.Columns(sequences, sequence, sequence - numFeatures());
    }
  }
}
