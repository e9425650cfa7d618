package gradwire.kernels.layer;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * {@code y = f(x W + b)} and its gradients, float32. Activations are those whose slope can be told
 * from {@code y}.
 */
public final class DenseKernels {
  private final CudaKernel forward;
  private final CudaKernel inputGradient;
  private final CudaKernel weightsGradient;
  private final Products products;

  DenseKernels(CudaModule module, Products products) {
    forward = module.kernel("dense_forward");
    inputGradient = module.kernel("dense_input_gradient");
    weightsGradient = module.kernel("dense_weights_gradient");
    this.products = products;
  }

  /** A layer's numbers; weights are {@code [inputs, outputs]} column-major. */
  public record Sizes(int rows, int inputs, int outputs) {
    private ProductSizes ofForward() {
      return new ProductSizes(rows, outputs, inputs);
    }

    private ProductSizes ofInputGradient() {
      return new ProductSizes(rows, inputs, outputs);
    }

    private ProductSizes ofWeightsGradient() {
      return new ProductSizes(outputs, inputs, rows);
    }

    /** What any of the three needs of {@code scratch}. */
    public long scratchFloats() {
      return Math.max(
          ofForward().scratchFloats(),
          Math.max(ofInputGradient().scratchFloats(), ofWeightsGradient().scratchFloats()));
    }

    private void check(DeviceRange x, DeviceRange weights, DeviceRange y) {
      Walk.checkBytes("x", x, (long) rows * inputs * Float.BYTES);
      Walk.checkBytes("weights", weights, (long) inputs * outputs * Float.BYTES);
      Walk.checkBytes("y", y, (long) rows * outputs * Float.BYTES);
    }
  }

  /**
   * Queues {@code y}.
   *
   * @param x {@code [rows, inputs]}
   * @param bias {@code [outputs]}
   * @param y {@code [rows, outputs]}, written
   */
  public void forward(
      CudaStream stream,
      Sizes sizes,
      DeviceRange x,
      DeviceRange weights,
      Optional<DeviceRange> bias,
      Activation activation,
      DeviceRange y,
      DeviceRange scratch) {
    sizes.check(x, weights, y);
    ProductSizes product = sizes.ofForward();
    Products.Rows into = new Products.Rows(y, bias, activation);
    try (Arena arena = Arena.ofConfined()) {
      Products.launch(
          stream,
          forward,
          product,
          new KernelArguments(arena)
              .pointer(x)
              .pointer(weights)
              .pointer(bias)
              .pointer(y)
              .pointer(scratch)
              .int32s(product.numbers())
              .int32(activation.ordinal()));
    }
    products.sum(stream, product, scratch, into);
  }

  /**
   * Queues the gradient of {@code x}.
   *
   * @param dz {@code [rows, outputs]}: of the sums
   * @param dx {@code [rows, inputs]}, written
   */
  public void inputGradient(
      CudaStream stream,
      Sizes sizes,
      DeviceRange dz,
      DeviceRange weights,
      DeviceRange dx,
      DeviceRange scratch) {
    sizes.check(dx, weights, dz);
    multiply(stream, inputGradient, sizes.ofInputGradient(), dz, weights, dx, scratch);
  }

  /**
   * Queues the gradient of the weights, in their order.
   *
   * @param dw written
   */
  public void weightsGradient(
      CudaStream stream,
      Sizes sizes,
      DeviceRange dz,
      DeviceRange x,
      DeviceRange dw,
      DeviceRange scratch) {
    sizes.check(x, dw, dz);
    multiply(stream, weightsGradient, sizes.ofWeightsGradient(), dz, x, dw, scratch);
  }

  private void multiply(
      CudaStream stream,
      CudaKernel kernel,
      ProductSizes product,
      DeviceRange left,
      DeviceRange right,
      DeviceRange into,
      DeviceRange scratch) {
    try (Arena arena = Arena.ofConfined()) {
      Products.launch(
          stream,
          kernel,
          product,
          new KernelArguments(arena)
              .pointer(left)
              .pointer(right)
              .pointer(into)
              .pointer(scratch)
              .int32s(product.numbers()));
    }
    products.sum(stream, product, scratch, Products.Rows.plain(into));
  }
}
