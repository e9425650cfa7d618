package gradwire.kernels.gradient;

import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaKernel;
import gradwire.kernels.cuda.CudaModule;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.Grid;
import gradwire.kernels.cuda.KernelArguments;
import java.lang.foreign.Arena;

/**
 * Softmax cross-entropy and its gradient, in one pass over up to 1,024 classes, in two over more.
 *
 * <p>{@code losses[row] = log(sum(exp(logits[row]))) - logits[row][label]}; {@code gradient[row][c]
 * = scale * (softmax(logits[row])[c] - (c == label ? 1 : 0))}. Float32 throughout, the row's
 * largest logit taken off first, sums by a fixed tree.
 */
public final class LossKernels {
  private final CudaKernel upTo16;
  private final CudaKernel upTo32;
  private final CudaKernel upTo128;
  private final CudaKernel upTo256;
  private final CudaKernel upTo1024;
  private final CudaKernel any;
  private final Walk walk;

  LossKernels(CudaModule module, Walk walk) {
    upTo16 = module.kernel("softmax_cross_entropy_16");
    upTo32 = module.kernel("softmax_cross_entropy_32");
    upTo128 = module.kernel("softmax_cross_entropy_128");
    upTo256 = module.kernel("softmax_cross_entropy_256");
    upTo1024 = module.kernel("softmax_cross_entropy_1024");
    any = module.kernel("softmax_cross_entropy_any");
    this.walk = walk;
  }

  /**
   * Queues it.
   *
   * @param logits {@code [batch, classes] float32}
   * @param labels {@code [batch] int32} in {@code [0, classes)}; another one makes its row NaN
   * @param scale what the gradient is multiplied by: {@code 1 / batch} for that of the mean loss
   * @param losses {@code [batch] float32}, not averaged
   * @param gradient {@code [batch, classes] float32}, by logits
   */
  public void softmaxCrossEntropy(
      CudaStream stream,
      DeviceRange logits,
      DeviceRange labels,
      float scale,
      DeviceRange losses,
      DeviceRange gradient) {
    long batch = labels.length(Integer.BYTES);
    long numLogits = logits.length(Float.BYTES);
    Walk.checkBytes("losses", losses, labels.numBytes());
    Walk.checkBytes("gradient", gradient, logits.numBytes());
    if (batch > 0 && numLogits > 0) {
      int classes = Math.toIntExact(numLogits / batch);
      Walk.checkBytes("logits", logits, batch * classes * Float.BYTES);
      try (Arena arena = Arena.ofConfined()) {
        stream.launch(
            kernel(classes),
            grid(batch, classes),
            new KernelArguments(arena)
                .pointer(logits)
                .pointer(labels)
                .pointer(losses)
                .pointer(gradient)
                .int64(batch)
                .int32(classes)
                .float32(scale));
      }
    }
  }

  private CudaKernel kernel(int classes) {
    if (classes <= 16) {
      return upTo16;
    }
    if (classes <= 32) {
      return upTo32;
    }
    return classes <= 1024 ? byWarps(classes) : any;
  }

  private CudaKernel byWarps(int classes) {
    if (classes <= 128) {
      return upTo128;
    }
    return classes <= 256 ? upTo256 : upTo1024;
  }

  private Grid grid(long batch, int classes) {
    if (classes <= 32) {
      return walk.threads(batch);
    }
    return classes <= 1024 ? walk.warps(batch) : walk.largeBlocks(batch);
  }
}
