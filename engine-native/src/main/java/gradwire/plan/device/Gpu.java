package gradwire.plan.device;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import gradwire.kernels.cuda.CudaContext;
import gradwire.kernels.cuda.CudaDevice;
import gradwire.kernels.cuda.CudaDriver;
import gradwire.kernels.cuda.CudaException;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.CudaSupport;
import gradwire.kernels.layer.LayerKernels;
import java.util.List;

/** A device with its kernels loaded, and a queue. One thread: the one that opened it. */
public final class Gpu implements AutoCloseable {
  private static final String WHERE = "estimator.use_gpu";
  private static final String REMEDY = "or train on the CPU: use_gpu: false";

  private final CudaContext context;
  private final CudaStream stream;
  private final LayerKernels kernels;

  private Gpu(CudaContext context) {
    this.context = context;
    try {
      stream = context.stream();
      kernels = LayerKernels.load(context);
    } catch (RuntimeException | Error failure) {
      context.close();
      throw failure;
    }
  }

  /**
   * Opens the device that has the number {@code index}, counted round and round.
   *
   * @throws UsageException if there is none, or one that can't be used: what is missing, and what
   *     to do about it
   */
  public static Gpu open(int index) {
    return switch (CudaSupport.find()) {
      case CudaSupport.NotHere(String because) ->
          throw new UsageException(Expect.message(WHERE, "a GPU", "none: " + because, REMEDY));
      case CudaSupport.Here(CudaDriver driver) -> open(driver, index);
    };
  }

  private static Gpu open(CudaDriver driver, int index) {
    List<CudaDevice> devices = driver.devices();
    CudaDevice device = devices.get(index % devices.size());
    try {
      return new Gpu(driver.open(device));
    } catch (CudaException refused) {
      throw new UsageException(
          Expect.message(
              WHERE,
              "a GPU of compute capability 7.5 or newer with a driver for CUDA 13.0 or newer",
              device.name() + ": " + refused.getMessage(),
              "check the driver and what else runs on the GPU, " + REMEDY),
          refused);
    }
  }

  /** The device's name and compute capability. */
  public String description() {
    CudaDevice device = context.device();
    return device.name() + ", compute capability " + device.computeCapability();
  }

  CudaContext context() {
    return context;
  }

  CudaStream stream() {
    return stream;
  }

  LayerKernels kernels() {
    return kernels;
  }

  @Override
  public void close() {
    context.close();
  }
}
