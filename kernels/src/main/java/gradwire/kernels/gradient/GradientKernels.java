package gradwire.kernels.gradient;

import gradwire.kernels.cuda.CudaContext;
import gradwire.kernels.cuda.CudaModule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The kernels, loaded on one device. Belongs to the context, and may be closed before. Thread-safe
 * as the context is.
 */
public final class GradientKernels implements AutoCloseable {
  private static final String RESOURCE = "/gradwire/kernels/kernels.ptx";

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
   * Loads them; the driver translates them for its device, and keeps the translation.
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
    int maxBlocks = context.device().numMultiprocessors() * blocksPerMultiprocessor;
    return new GradientKernels(context.load("kernels.ptx", ptx()), new Walk(maxBlocks));
  }

  /** The module, as PTX. */
  public static byte[] ptx() {
    try (InputStream in = GradientKernels.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the class path");
      }
      return in.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
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
