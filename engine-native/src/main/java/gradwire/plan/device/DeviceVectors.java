package gradwire.plan.device;

import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceMemory;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.plan.Range;
import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;

/**
 * An engine's two flat vectors and their copies on the device, which all its plans share. Closed
 * after the plans.
 */
public final class DeviceVectors implements AutoCloseable {
  private final Gpu gpu;
  private final MemorySegment hostParameters;
  private final MemorySegment hostGradient;
  private final DeviceMemory parameters;
  private final DeviceMemory gradient;

  /**
   * @param parameters {@code [numFloats] float32}, off-heap, at least one
   * @param gradient as {@code parameters}
   */
  public DeviceVectors(Gpu gpu, MemorySegment parameters, MemorySegment gradient) {
    this.gpu = gpu;
    hostParameters = parameters;
    hostGradient = gradient;
    this.parameters = gpu.context().allocate(parameters.byteSize());
    this.gradient = gpu.context().allocate(gradient.byteSize());
    gpu.stream().fill(this.gradient.range(), (byte) 0);
  }

  Gpu gpu() {
    return gpu;
  }

  /** On the device. */
  DeviceRange parameters() {
    return parameters.range();
  }

  /** On the device. */
  DeviceRange gradient() {
    return gradient.range();
  }

  /** Everything. */
  Range all() {
    return new Range(0, Floats.length(hostParameters));
  }

  /** Queues a copy of parameters to the device. */
  void upload(CudaStream stream, Range range) {
    stream.upload(range.of(hostParameters), range.of(parameters()));
  }

  /** Queues a copy of a gradient from the device. */
  void download(CudaStream stream, Range range) {
    stream.download(range.of(gradient()), range.of(hostGradient));
  }

  @Override
  public void close() {
    parameters.close();
    gradient.close();
  }
}
