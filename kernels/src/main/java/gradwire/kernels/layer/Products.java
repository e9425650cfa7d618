package gradwire.kernels.layer;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.Grid;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;
import java.util.Optional;

/** Launches products of matrices, and adds up their parts. */
final class Products {
  private final CudaKernel sumParts;
  private final Walk walk;

  Products(CudaModule module, Walk walk) {
    sumParts = module.kernel("sum_parts");
    this.walk = walk;
  }

  /**
   * {@code f(sum + bias)}, row-major: what a product's result becomes.
   *
   * @param pitch floats from one row to the next
   */
  record Rows(DeviceRange to, int pitch, Optional<DeviceRange> bias, Activation activation) {
    /** The sums as they are. */
    static Rows plain(DeviceRange to, int pitch) {
      return new Rows(to, pitch, Optional.empty(), Activation.IDENTITY);
    }
  }

  /** Queues the tiles; {@link #sum} must follow. */
  static void launch(
      CudaStream stream, CudaKernel kernel, ProductSizes sizes, KernelArguments arguments) {
    stream.launch(kernel, new Grid(sizes.numBlocks(), ProductSizes.THREADS_PER_BLOCK), arguments);
  }

  /** Queues what is left to do where there are parts. */
  void sum(CudaStream stream, ProductSizes sizes, DeviceRange scratch, Rows into) {
    if (sizes.numParts() > 1) {
      try (Arena arena = Arena.ofConfined()) {
        stream.launch(
            sumParts,
            walk.threads(sizes.numFloats()),
            new KernelArguments(arena)
                .pointer(scratch)
                .pointer(into.bias())
                .pointer(into.to())
                .int32(into.pitch())
                .int32s(sizes.numbers())
                .int32(into.activation().ordinal()));
      }
    }
  }
}
