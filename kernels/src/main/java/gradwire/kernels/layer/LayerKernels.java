package gradwire.kernels.layer;

import gradwire.kernels.code.Image;
import gradwire.kernels.code.Walk;
import gradwire.kernels.cuda.CudaContext;
import gradwire.kernels.cuda.CudaModule;

/**
 * The kernels, loaded on one device. Belongs to the context, and may be closed before. Thread-safe
 * as the context is.
 *
 * @param module all of them
 * @param dense layers of units
 * @param convolution layers of filters
 * @param depthwise layers of filters of one channel each
 * @param pool largest and mean pixels
 * @param columnSums bias gradients
 * @param batchNorm batch normalization
 * @param layerNorm layer normalization
 * @param embedding vectors of ids
 * @param lstm cells
 * @param elements what is done one by one
 * @param loss ends of networks
 */
public record LayerKernels(
    CudaModule module,
    DenseKernels dense,
    ConvolutionKernels convolution,
    DepthwiseKernels depthwise,
    PoolKernels pool,
    ColumnSums columnSums,
    BatchNormKernels batchNorm,
    LayerNormKernels layerNorm,
    EmbeddingKernels embedding,
    LstmKernels lstm,
    ElementKernels elements,
    RowLossKernels loss)
    implements AutoCloseable {
  /**
   * Loads them: machine code where there is some for the device, else the PTX, which the driver
   * translates for its device in a second or two, and keeps for the next process.
   *
   * @throws gradwire.kernels.cuda.CudaException if the driver or the device is too old
   */
  public static LayerKernels load(CudaContext context) {
    Image image = Image.of(context.device());
    CudaModule module = context.load(image.file(), image.bytes());
    Walk walk = Walk.of(context.device());
    Products products = new Products(module, walk);
    ColumnSums sums = new ColumnSums(module, walk);
    return new LayerKernels(
        module,
        new DenseKernels(module, products),
        new ConvolutionKernels(module, products, walk),
        new DepthwiseKernels(module, walk),
        new PoolKernels(module, walk),
        sums,
        new BatchNormKernels(module, sums, walk),
        new LayerNormKernels(module, sums, walk),
        new EmbeddingKernels(module, walk),
        new LstmKernels(module, walk),
        new ElementKernels(module, walk),
        new RowLossKernels(module, walk));
  }

  @Override
  public void close() {
    module.close();
  }
}
