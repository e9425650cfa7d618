package gradwire.plan.device;

import gradwire.kernels.cuda.CudaException;
import gradwire.kernels.cuda.CudaResource;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceMemory;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.PinnedMemory;
import gradwire.plan.Range;
import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * An engine's two flat vectors and their copies on the device, which all its plans share. The
 * device reaches the vectors where they lie, or, where the driver refuses such memory, copies of
 * them here. Closed after the plans and before the vectors. One thread.
 */
public final class DeviceVectors implements AutoCloseable {
  private final Gpu gpu;
  private final List<CudaResource> owned = new ArrayList<>();
  private final Side parameters;
  private final Side gradient;

  /**
   * A vector.
   *
   * @param own the engine's
   * @param reached the same memory, or a copy: what the device reaches
   * @param device on the device
   */
  private record Side(MemorySegment own, MemorySegment reached, DeviceRange device) {
    boolean isCopied() {
      return own.address() != reached.address();
    }
  }

  /**
   * @param parameters {@code [numFloats] float32}, off-heap, at least one
   * @param gradient as {@code parameters}
   * @param regions what both lie in, without overlaps
   */
  public DeviceVectors(
      Gpu gpu, MemorySegment parameters, MemorySegment gradient, List<MemorySegment> regions) {
    this.gpu = gpu;
    try {
      boolean reachable = register(regions);
      this.parameters = side(parameters, reachable);
      this.gradient = side(gradient, reachable);
    } catch (RuntimeException | Error failure) {
      close();
      throw failure;
    }
  }

  /** All of them, or none. */
  private boolean register(List<MemorySegment> regions) {
    try {
      regions.forEach(region -> owned.add(gpu.context().register(region)));
      return true;
    } catch (CudaException refused) {
      close();
      return false;
    }
  }

  private Side side(MemorySegment vector, boolean reachable) {
    DeviceMemory memory = gpu.context().allocate(vector.byteSize());
    owned.add(memory);
    if (reachable) {
      return new Side(vector, vector, memory.range());
    }
    PinnedMemory copy = gpu.context().pin(vector.byteSize());
    owned.add(copy);
    return new Side(vector, copy.segment(), memory.range());
  }

  Gpu gpu() {
    return gpu;
  }

  /** On the device. */
  DeviceRange parameters() {
    return parameters.device;
  }

  /** On the device. */
  DeviceRange gradient() {
    return gradient.device;
  }

  /** Everything. */
  Range all() {
    return new Range(0, Floats.length(parameters.own));
  }

  /** Queues a copy of parameters to the device. */
  void upload(CudaStream stream, Range range) {
    if (parameters.isCopied()) {
      range.of(parameters.reached).copyFrom(range.of(parameters.own));
    }
    stream.upload(range.of(parameters.reached), range.of(parameters.device));
  }

  /** Queues a copy of a gradient from the device; {@link #downloaded} must follow it. */
  void download(CudaStream stream, Range range) {
    stream.download(range.of(gradient.device), range.of(gradient.reached));
  }

  /** Brings what a download has brought to where it belongs. */
  void downloaded(Range range) {
    if (gradient.isCopied()) {
      range.of(gradient.own).copyFrom(range.of(gradient.reached));
    }
  }

  @Override
  public void close() {
    owned.reversed().forEach(CudaResource::close);
    owned.clear();
  }
}
