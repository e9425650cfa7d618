package gradwire.plan.device;

import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.PoolKernels;
import gradwire.kernels.layer.PoolKernels.Divisor;
import gradwire.plan.AveragePool;
import gradwire.plan.Geometry;
import gradwire.plan.MaxPool;
import java.util.Optional;

/** Pools. */
final class PoolNodes {
  private PoolNodes() {}

  static DeviceNode of(MaxPool layer, NodeRanges ranges) {
    return new Max(
        ranges, images(layer.geometry(), ranges), ranges.memory().allocate(ranges.y().numBytes()));
  }

  static DeviceNode of(AveragePool layer, NodeRanges ranges) {
    Divisor divisor =
        switch (layer.divisor()) {
          case KERNEL -> Divisor.KERNEL;
          case COVERED -> Divisor.COVERED;
          case ONE -> Divisor.ONE;
        };
    return new Average(ranges, images(layer.geometry(), ranges), divisor);
  }

  private static PoolKernels.Images images(Optional<Geometry> geometry, NodeRanges ranges) {
    return new PoolKernels.Images(ranges.batchSize(), Geometry.of(geometry, ranges.inputShape()));
  }

  private record Max(NodeRanges ranges, PoolKernels.Images images, DeviceRange chosen)
      implements DeviceNode {
    @Override
    public void forward(CudaStream stream) {
      ranges.kernels().pool().max(stream, images, ranges.x(), ranges.y(), chosen);
    }

    @Override
    public void backward(CudaStream stream) {
      ranges
          .dx()
          .ifPresent(
              dx -> ranges.kernels().pool().maxGradient(stream, images, ranges.dy(), chosen, dx));
    }
  }

  private record Average(NodeRanges ranges, PoolKernels.Images images, Divisor divisor)
      implements DeviceNode {
    @Override
    public void forward(CudaStream stream) {
      ranges.kernels().pool().average(stream, images, divisor, ranges.x(), ranges.y());
    }

    @Override
    public void backward(CudaStream stream) {
      ranges
          .dx()
          .ifPresent(
              dx ->
                  ranges
                      .kernels()
                      .pool()
                      .averageGradient(stream, images, divisor, ranges.dy(), dx));
    }
  }
}
