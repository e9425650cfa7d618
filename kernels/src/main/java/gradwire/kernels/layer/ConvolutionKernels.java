package gradwire.kernels.layer;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.Window;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * {@code y = f(windows W + b)} and its gradients, float32, as products whose elements are read
 * where they lie in the images. Activations are those whose slope can be told from {@code y}.
 */
public final class ConvolutionKernels implements UnitKernels<ConvolutionKernels.Sizes> {
  private final CudaKernel forward;
  private final CudaKernel inputGradient;
  private final CudaKernel weightsGradient;
  private final CudaKernel sumFilterParts;
  private final Products products;
  private final Walk walk;

  ConvolutionKernels(CudaModule module, Products products, Walk walk) {
    forward = module.kernel("convolution_forward");
    inputGradient = module.kernel("convolution_input_gradient");
    weightsGradient = module.kernel("convolution_weights_gradient");
    sumFilterParts = module.kernel("sum_filter_parts");
    this.products = products;
    this.walk = walk;
  }

  /**
   * How far apart, in floats, a weight's neighbours are in memory.
   *
   * @param filter the same weight of the next filter
   * @param channel the next channel's
   * @param place the next of the kernel's places, row by row
   */
  public record FilterOrder(int filter, int channel, int place) {
    int[] numbers() {
      return new int[] {filter, channel, place};
    }
  }

  /** A layer's numbers. */
  public record Sizes(int numImages, Window window, int numFilters, FilterOrder order)
      implements UnitKernels.Sizes {
    private int numWindows() {
      return Math.multiplyExact(numImages, window.output().area());
    }

    private ProductSizes ofForward() {
      return new ProductSizes(numWindows(), numFilters, window.floats());
    }

    private ProductSizes ofInputGradient() {
      return new ProductSizes(
          Math.multiplyExact(numImages, window.input().area()),
          window.channels(),
          Math.multiplyExact(window.kernel().area(), numFilters));
    }

    private ProductSizes ofWeightsGradient() {
      return new ProductSizes(numFilters, window.floats(), numWindows());
    }

    @Override
    public long scratchFloats() {
      return Math.max(
          ofForward().scratchFloats(),
          Math.max(ofInputGradient().scratchFloats(), ofWeightsGradient().scratchFloats()));
    }

    private void check(DeviceRange x, DeviceRange weights, DeviceRange y) {
      Walk.checkBytes("x", x, (long) numImages * window.imageFloats() * Float.BYTES);
      Walk.checkBytes("weights", weights, (long) numFilters * window.floats() * Float.BYTES);
      Walk.checkBytes("y", y, (long) numWindows() * numFilters * Float.BYTES);
    }
  }

  /**
   * Queues {@code y}.
   *
   * @param x {@code [images, height, width, channels]}
   * @param bias {@code [filters]}
   * @param y {@code [images, window rows, window columns, filters]}, written
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
    Products.Rows into = new Products.Rows(y, sizes.numFilters, bias, activation);
    try (Arena arena = Arena.ofConfined()) {
      Products.launch(
          stream,
          forward,
          product,
          shapes(
                  new KernelArguments(arena)
                      .pointer(x)
                      .pointer(weights)
                      .pointer(bias)
                      .pointer(y)
                      .pointer(scratch),
                  product,
                  sizes)
              .int32(activation.ordinal()));
    }
    products.sum(stream, product, scratch, into);
  }

  private static KernelArguments shapes(
      KernelArguments arguments, ProductSizes product, Sizes sizes) {
    return arguments
        .int32s(product.numbers())
        .int32s(sizes.window.numbers())
        .int32s(sizes.order.numbers());
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
          shapes(
                  new KernelArguments(arena)
                      .pointer(dz)
                      .pointer(weights)
                      .pointer(dx)
                      .pointer(scratch),
                  product,
                  sizes)
              .int32(sizes.numFilters));
    }
    products.sum(stream, product, scratch, Products.Rows.plain(dx, product.columns()));
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
          shapes(
              new KernelArguments(arena).pointer(dz).pointer(x).pointer(dw).pointer(scratch),
              product,
              sizes));
      if (product.numParts() > 1) {
        stream.launch(
            sumFilterParts,
            walk.threads(product.numFloats()),
            new KernelArguments(arena)
                .pointer(scratch)
                .pointer(dw)
                .int32s(product.numbers())
                .int32s(sizes.order.numbers())
                .int32(sizes.window.channels()));
      }
    }
  }
}
