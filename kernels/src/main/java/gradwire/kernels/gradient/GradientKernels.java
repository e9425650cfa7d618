package gradwire.kernels.gradient;

import gradwire.kernels.code.Image;
import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaContext;
import gradwire.kernels.cuda.CudaModule;

/**
 * The kernels, loaded on one device. Belongs to the context, and may be closed before. Thread-safe
 * as the context is.
 */
public final class GradientKernels implements AutoCloseable {
  private final CudaModule module;
  private final OptimizerKernels optimizer;
  private final MeanKernel mean;
  private final CastKernels cast;
  private final QuantiseKernels quantise;
  private final LossKernels loss;
  private final ChecksumKernel checksum;

  private GradientKernels(CudaModule module, Walk walk) {
    this.module = module;
    optimizer = new OptimizerKernels(module, walk);
    mean = new MeanKernel(module, walk);
    cast = new CastKernels(module, walk);
    quantise = new QuantiseKernels(module, walk);
    loss = new LossKernels(module, walk);
    checksum = new ChecksumKernel(module, walk);
  }

  /**
   * Loads them: machine code where there is some for the device, else the PTX, which the driver
   * translates for its device in about a second, and keeps for the next process.
   *
   * @throws gradwire.kernels.cuda.CudaException if the driver or the device is too old
   */
  public static GradientKernels load(CudaContext context) {
    return load(context, Walk.DEFAULT_BLOCKS_PER_MULTIPROCESSOR);
  }

  /**
   * Loads them, to run on grids of a given size.
   *
   * @param blocksPerMultiprocessor at most so many; threads take more than one turn for the rest
   */
  public static GradientKernels load(CudaContext context, int blocksPerMultiprocessor) {
    return load(context, Image.of(context.device()), blocksPerMultiprocessor);
  }

  static GradientKernels load(CudaContext context, Image image, int blocksPerMultiprocessor) {
    return new GradientKernels(
        context.load(image.file(), image.bytes()),
        new Walk(context.device().numMultiprocessors(), blocksPerMultiprocessor));
  }

  public OptimizerKernels optimizer() {
    return optimizer;
  }

  public MeanKernel mean() {
    return mean;
  }

  public CastKernels cast() {
    return cast;
  }

  public QuantiseKernels quantise() {
    return quantise;
  }

  public LossKernels loss() {
    return loss;
  }

  public ChecksumKernel checksum() {
    return checksum;
  }

  @Override
  public void close() {
    module.close();
  }
}
