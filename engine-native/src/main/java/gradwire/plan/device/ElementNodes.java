package gradwire.plan.device;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.ElementKernels;
import gradwire.plan.Dropout;
import gradwire.plan.Elements;
import gradwire.plan.Value;

/** Layers that do something to every element by itself. */
final class ElementNodes {
  private ElementNodes() {}

  static DeviceNode of(Elements layer, NodeRanges ranges) {
    return new Activated(ranges, layer.activation());
  }

  static DeviceNode of(Dropout layer, NodeRanges ranges) {
    return ranges.training()
        ? new Dropped(ranges, layer.kept(), ranges.settings().key(layer))
        : new Summed(ranges);
  }

  /** The sum of all inputs. */
  static DeviceNode sum(NodeRanges ranges) {
    return new Summed(ranges);
  }

  private record Activated(NodeRanges ranges, Activation activation) implements DeviceNode {
    @Override
    public void forward(CudaStream stream) {
      ranges.kernels().elements().activate(stream, activation, ranges.x(), ranges.y());
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
                      .activationGradient(
                          stream, activation, ranges.x(), ranges.y(), ranges.dy(), dx));
    }
  }

  private record Dropped(NodeRanges ranges, double kept, DeviceRange key) implements DeviceNode {
    @Override
    public void forward(CudaStream stream) {
      ranges.kernels().elements().dropout(stream, key, kept, ranges.x(), ranges.y());
    }

    @Override
    public void backward(CudaStream stream) {
      ranges
          .dx()
          .ifPresent(dx -> ranges.kernels().elements().dropout(stream, key, kept, ranges.dy(), dx));
    }
  }

  private record Summed(NodeRanges ranges) implements DeviceNode {
    @Override
    public void forward(CudaStream stream) {
      ElementKernels kernels = ranges.kernels().elements();
      stream.copy(ranges.x(), ranges.y());
      for (Value<DeviceRange> input : ranges.inputs().subList(1, ranges.inputs().size())) {
        kernels.add(stream, ranges.y(), ranges.data(input), ranges.y());
      }
    }

    @Override
    public void backward(CudaStream stream) {
      for (Value<DeviceRange> input : ranges.inputs()) {
        ranges.gradient(input).ifPresent(dx -> stream.copy(ranges.dy(), dx));
      }
    }
  }
}
