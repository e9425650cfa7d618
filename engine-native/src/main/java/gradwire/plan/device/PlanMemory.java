package gradwire.plan.device;

import gradwire.kernels.cuda.CudaContext;
import gradwire.kernels.cuda.CudaResource;
import gradwire.kernels.cuda.DeviceMemory;
import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.PinnedMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** What one plan has on a device: given back with the plan. */
final class PlanMemory implements AutoCloseable {
  private final CudaContext context;
  private final List<CudaResource> owned = new ArrayList<>();

  PlanMemory(CudaContext context) {
    this.context = context;
  }

  /** Memory on the device, with rubbish in it; at least a byte. */
  DeviceRange allocate(long numBytes) {
    DeviceMemory memory = own(context.allocate(Math.max(1, numBytes)));
    return memory.range().slice(0, numBytes);
  }

  DeviceRange floats(long count) {
    return allocate(count * Float.BYTES);
  }

  /** Memory of this machine that the device reaches. */
  MemorySegment pin(long numBytes) {
    PinnedMemory memory = own(context.pin(Math.max(1, numBytes)));
    return memory.segment().asSlice(0, numBytes);
  }

  <T extends CudaResource> T own(T resource) {
    owned.add(resource);
    return resource;
  }

  @Override
  public void close() {
    owned.reversed().forEach(CudaResource::close);
  }
}
