package gradwire.plan.device;

import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.BatchNormKernels;
import gradwire.kernels.layer.ColumnSums;
import gradwire.plan.BatchNorm;
import gradwire.plan.Range;
import gradwire.plan.Shape;
import java.util.function.Function;

/** Batch normalization by channel; at inference the running statistics take the batch's place. */
final class BatchNormNode implements DeviceNode {
  private final NodeRanges ranges;
  private final BatchNormKernels kernels;
  private final ColumnSums.Sizes sizes;
  private final BatchNormKernels.Settings settings;
  private final BatchNormKernels.Parameters parameters;
  private final BatchNormKernels.Parameters gradient;
  private final BatchNormKernels.Memory memory;

  BatchNormNode(BatchNorm layer, NodeRanges ranges) {
    this.ranges = ranges;
    this.kernels = ranges.kernels().batchNorm();
    this.sizes = sizes(ranges.batchSize(), ranges.outputShape());
    this.settings =
        new BatchNormKernels.Settings(
            layer.settings().epsilon(), layer.settings().decay(), layer.settings().logDeviation());
    this.parameters = of(layer, ranges::parameters);
    this.gradient = of(layer, ranges::gradient);
    int channels = ranges.outputShape().channels();
    PlanMemory own = ranges.memory();
    this.memory =
        new BatchNormKernels.Memory(
            own.floats(channels),
            own.allocate((long) channels * Double.BYTES),
            own.floats(channels),
            own.floats(channels),
            own.floats(channels));
  }

  static ColumnSums.Sizes sizes(int batchSize, Shape shape) {
    return new ColumnSums.Sizes(Math.multiplyExact(batchSize, shape.pixels()), shape.channels());
  }

  private static BatchNormKernels.Parameters of(
      BatchNorm layer, Function<Range, DeviceRange> vector) {
    return new BatchNormKernels.Parameters(
        vector.apply(layer.gamma()),
        vector.apply(layer.beta()),
        vector.apply(layer.mean()),
        vector.apply(layer.spread()));
  }

  @Override
  public void forward(CudaStream stream) {
    if (ranges.training()) {
      kernels.forward(
          stream, sizes, settings, parameters, ranges.x(), ranges.y(), memory, ranges.scratch());
    } else {
      kernels.infer(stream, sizes, settings, parameters, ranges.x(), ranges.y(), memory.scale());
    }
  }

  @Override
  public void backward(CudaStream stream) {
    kernels.backward(
        stream,
        sizes,
        settings,
        parameters,
        ranges.dy(),
        ranges.x(),
        memory,
        gradient,
        ranges.scratch());
    ranges
        .dx()
        .ifPresent(dx -> kernels.inputGradient(stream, sizes, ranges.dy(), ranges.x(), memory, dx));
  }
}
