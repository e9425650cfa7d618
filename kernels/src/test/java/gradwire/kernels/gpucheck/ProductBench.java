package gradwire.kernels.gpucheck;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.layer.DenseKernels;
import gradwire.kernels.layer.LayerKernels;
import gradwire.kernels.testing.Gpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Products of matrices, float32: how many operations a second. */
final class ProductBench {
  private static final List<DenseKernels.Sizes> SHAPES =
      List.of(
          new DenseKernels.Sizes(100, 784, 100),
          new DenseKernels.Sizes(64, 800, 500),
          new DenseKernels.Sizes(1024, 800, 500));

  private ProductBench() {}

  /**
   * Of the shapes of MNIST's networks, and of squares.
   *
   * @param largest side of the largest square
   */
  static List<Row> rows(Gpu gpu, Clock clock, int largest) {
    List<Row> rows = new ArrayList<>();
    try (LayerKernels kernels = LayerKernels.load(gpu.context())) {
      for (DenseKernels.Sizes sizes : SHAPES) {
        rows.add(row(gpu, clock, kernels, sizes));
      }
      for (int side = Math.min(1024, largest); side <= largest; side *= 2) {
        rows.add(row(gpu, clock, kernels, new DenseKernels.Sizes(side, side, side)));
      }
    }
    return rows;
  }

  private static Row row(Gpu gpu, Clock clock, LayerKernels kernels, DenseKernels.Sizes sizes) {
    DeviceRange x = floats(gpu, (long) sizes.rows() * sizes.inputs());
    DeviceRange w = floats(gpu, (long) sizes.inputs() * sizes.outputs());
    DeviceRange y = floats(gpu, (long) sizes.rows() * sizes.outputs());
    DeviceRange scratch = floats(gpu, sizes.scratchFloats());
    double millis =
        clock.medianMillis(
            () ->
                kernels
                    .dense()
                    .forward(
                        gpu.stream(),
                        sizes,
                        x,
                        w,
                        Optional.empty(),
                        Activation.IDENTITY,
                        y,
                        scratch));
    double operations = 2.0 * sizes.rows() * sizes.inputs() * sizes.outputs();
    String how = sizes.rows() + " x " + sizes.inputs() + " x " + sizes.outputs();
    return Row.of("product, float32", how, operations / millis / 1e9, "TFLOP/s");
  }

  /** Zeros. */
  private static DeviceRange floats(Gpu gpu, long count) {
    DeviceRange range = gpu.allocate(count * Float.BYTES);
    gpu.stream().fill(range, (byte) 0);
    return range;
  }
}
