package gradwire.kernels.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory of this machine that the device can reach, page-aligned. */
public final class PinnedMemory extends CudaResource {
  private final Arena life = Arena.ofShared();
  private final MemorySegment segment;

  private PinnedMemory(CudaContext context, long address, long numBytes) {
    super(context, DriverFunction.PINNED_FREE, address);
    segment = MemorySegment.ofAddress(address).reinterpret(numBytes, life, null);
  }

  static PinnedMemory allocate(CudaContext context, long numBytes) {
    long address =
        context.create(
            DriverFunction.PINNED_ALLOCATE,
            numBytes,
            0,
            "%,d bytes of this machine's memory pinned".formatted(numBytes));
    return new PinnedMemory(context, address, numBytes);
  }

  /** As memory to read and write, by any thread, until this is closed. */
  public MemorySegment segment() {
    return segment;
  }

  @Override
  void beforeClose() {
    life.close();
  }
}
