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
public final class DenseKernels implements UnitKernels<DenseKernels.Sizes> {
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

  /**
   * A layer's numbers; weights are {@code [inputs, outputs]} column-major.
   *
   * @param inputPitch floats from one row of {@code x} or {@code dx} to the next
   * @param outputPitch the same of {@code y} or {@code dz}
   */
  public record Sizes(int rows, int inputs, int outputs, int inputPitch, int outputPitch)
      implements UnitKernels.Sizes {
    /** Of rows without gaps. */
    public Sizes(int rows, int inputs, int outputs) {
      this(rows, inputs, outputs, inputs, outputs);
    }

    private ProductSizes ofForward() {
      return new ProductSizes(rows, outputs, inputs);
    }

    private ProductSizes ofInputGradient() {
      return new ProductSizes(rows, inputs, outputs);
    }

    private ProductSizes ofWeightsGradient() {
      return new ProductSizes(outputs, inputs, rows);
    }

    @Override
    public long scratchFloats() {
      return Math.max(
          ofForward().scratchFloats(),
          Math.max(ofInputGradient().scratchFloats(), ofWeightsGradient().scratchFloats()));
    }

    private void check(DeviceRange x, DeviceRange weights, DeviceRange y) {
      Walk.checkBytes("x", x, ((rows - 1L) * inputPitch + inputs) * Float.BYTES);
      Walk.checkBytes("weights", weights, (long) inputs * outputs * Float.BYTES);
      Walk.checkBytes("y", y, ((rows - 1L) * outputPitch + outputs) * Float.BYTES);
    }
  }

  /**
   * Queues {@code y}.
   *
   * @param x {@code [rows, inputs]}
   * @param bias {@code [outputs]}
   * @param y {@code [rows, outputs]}, written
   */
  @Override
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
    Products.Rows into = new Products.Rows(y, sizes.outputPitch, bias, activation);
    try (Arena arena = Arena.ofConfined()) {
      Products.launch(
          stream,
          forward,
          product,
          new KernelArguments(arena)
              .pointer(x)
              .int32(sizes.inputPitch)
              .pointer(weights)
              .pointer(bias)
              .pointer(y)
              .int32(sizes.outputPitch)
              .pointer(scratch)
              .int32s(product.numbers())
              .int32(activation.ordinal()));
    }
    products.sum(stream, product, scratch, into);
  }

  @Override
  public void inputGradient(
      CudaStream stream,
      Sizes sizes,
      DeviceRange dz,
      DeviceRange weights,
      DeviceRange dx,
      DeviceRange scratch) {
    sizes.check(dx, weights, dz);
    ProductSizes product = sizes.ofInputGradient();
    try (Arena arena = Arena.ofConfined()) {
      Products.launch(
          stream,
          inputGradient,
          product,
          new KernelArguments(arena)
              .pointer(dz)
              .int32(sizes.outputPitch)
              .pointer(weights)
              .pointer(dx)
              .int32(sizes.inputPitch)
              .pointer(scratch)
              .int32s(product.numbers()));
    }
    products.sum(stream, product, scratch, Products.Rows.plain(dx, sizes.inputPitch));
  }

  @Override
  public void weightsGradient(
      CudaStream stream,
      Sizes sizes,
      DeviceRange dz,
      DeviceRange x,
      DeviceRange dw,
      DeviceRange scratch) {
    sizes.check(x, dw, dz);
    ProductSizes product = sizes.ofWeightsGradient();
    try (Arena arena = Arena.ofConfined()) {
      Products.launch(
          stream,
          weightsGradient,
          product,
          new KernelArguments(arena)
              .pointer(dz)
              .int32(sizes.outputPitch)
              .pointer(x)
              .int32(sizes.inputPitch)
              .pointer(dw)
              .pointer(scratch)
              .int32s(product.numbers()));
    }
    products.sum(stream, product, scratch, Products.Rows.plain(dw, sizes.inputs));
  }
}
