package gradwire.plan.device;

import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.DeviceRange;
import java.lang.foreign.MemorySegment;

/**
 * Memory on the device and its twin here, for what goes up or comes down at every step.
 *
 * @param host pinned
 */
record Staged(MemorySegment host, DeviceRange device) {
  static Staged allocate(PlanMemory memory, long numBytes) {
    return new Staged(memory.pin(numBytes), memory.allocate(numBytes));
  }

  static Staged floats(PlanMemory memory, long count) {
    return allocate(memory, count * Float.BYTES);
  }

  void upload(CudaStream stream) {
    stream.upload(host, device);
  }

  void download(CudaStream stream) {
    stream.download(device, host);
  }
}
