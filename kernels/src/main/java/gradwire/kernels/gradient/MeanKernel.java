package gradwire.kernels.gradient;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * The mean over replicas by the parameter server's fixed tree, with its bits: replicas {@code [0,
 * n)} are added as a binary tree, cut at the largest power of two below {@code n}; the root is
 * divided by {@code n}.
 */
public final class MeanKernel {
  /** As many as one launch takes. */
  public static final int MAX_REPLICAS = 64;

  /** As many as the kernel for few takes. */
  private static final int FEW_REPLICAS = 3;

  private final CudaKernel mean;
  private final CudaKernel meanOfFew;
  private final Walk walk;

  MeanKernel(CudaModule module, Walk walk) {
    mean = module.kernel("mean");
    meanOfFew = module.kernel("mean_of_few");
    this.walk = walk;
  }

  /**
   * Queues it.
   *
   * @param gradients {@code [numReplicas][length] float32} in replica order, 1 to {@link
   *     #MAX_REPLICAS}
   * @param result {@code [length] float32}; may be one of {@code gradients}
   */
  public void mean(CudaStream stream, List<DeviceRange> gradients, DeviceRange result) {
    if (gradients.isEmpty() || gradients.size() > MAX_REPLICAS) {
      throw new IllegalArgumentException(
          "replicas: expected 1 to %d, got %d".formatted(MAX_REPLICAS, gradients.size()));
    }
    gradients.forEach(each -> Walk.checkBytes("gradient", each, result.numBytes()));
    long length = result.length(Float.BYTES);
    if (length > 0) {
      try (Arena arena = Arena.ofConfined()) {
        stream.launch(
            gradients.size() <= FEW_REPLICAS ? meanOfFew : mean,
            walk.over(length),
            new KernelArguments(arena)
                .pointers(gradients, MAX_REPLICAS)
                .int32(gradients.size())
                .pointer(result)
                .int64(length));
      }
    }
  }
}
