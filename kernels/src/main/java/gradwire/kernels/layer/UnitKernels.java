package gradwire.kernels.layer;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import java.util.Optional;

/**
 * Layers of units that each are a sum of inputs times weights, {@code y = f(x W + b)}, and their
 * gradients, float32. Activations are those whose slope can be told from {@code y}.
 *
 * @param <S> a layer's numbers
 */
public sealed interface UnitKernels<S extends UnitKernels.Sizes>
    permits DenseKernels, ConvolutionKernels, DepthwiseKernels {
  /** A layer's numbers. */
  interface Sizes {
    /** What any of the three ways needs of {@code scratch}. */
    long scratchFloats();
  }

  /**
   * Queues {@code y}.
   *
   * @param bias one for each unit
   * @param y written
   */
  void forward(
      CudaStream stream,
      S sizes,
      DeviceRange x,
      DeviceRange weights,
      Optional<DeviceRange> bias,
      Activation activation,
      DeviceRange y,
      DeviceRange scratch);

  /**
   * Queues the gradient of {@code x}.
   *
   * @param dz as {@code y}: of the sums
   * @param dx as {@code x}, written
   */
  void inputGradient(
      CudaStream stream,
      S sizes,
      DeviceRange dz,
      DeviceRange weights,
      DeviceRange dx,
      DeviceRange scratch);

  /**
   * Queues the gradient of the weights, in their order.
   *
   * @param dz as {@code y}: of the sums
   * @param dw written
   */
  void weightsGradient(
      CudaStream stream,
      S sizes,
      DeviceRange dz,
      DeviceRange x,
      DeviceRange dw,
      DeviceRange scratch);
}
