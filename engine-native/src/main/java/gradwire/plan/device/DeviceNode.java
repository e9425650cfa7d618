package gradwire.plan.device;

import gradwire.kernels.cuda.CudaStream;

/**
 * A layer at work on batches of one size: what it queues. {@code forward}, then {@code backward}.
 */
interface DeviceNode {
  /** Reads its inputs' values, writes its own. */
  void forward(CudaStream stream);

  /**
   * Reads (and may overwrite) its value's gradient; writes its parameters' gradients and its
   * inputs', of those that have one.
   */
  void backward(CudaStream stream);
}
