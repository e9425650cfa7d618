package gradwire.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory on a device, 256-byte aligned. Closing it waits for the work that is queued on it. */
public final class DeviceMemory extends CudaResource {
  private final long numBytes;

  private DeviceMemory(CudaContext context, long address, long numBytes) {
    super(context, DriverFunction.MEMORY_FREE, address);
    this.numBytes = numBytes;
  }

  static DeviceMemory allocate(CudaContext context, long numBytes) {
    context.requireOpen();
    DriverLibrary library = context.library();
    String expected = "%,d bytes on device %d".formatted(numBytes, context.device().ordinal());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      int result = library.call(DriverFunction.MEMORY_ALLOCATE, out.address(), numBytes);
      if (CudaFailure.of(result) == CudaFailure.OUT_OF_MEMORY) {
        throw new CudaException(
            CudaFailure.OUT_OF_MEMORY,
            DriverFunction.MEMORY_ALLOCATE.symbol(),
            expected,
            library.nameOf(result),
            "%,d of %,d bytes are free"
                .formatted(context.freeBytes(), context.device().memoryBytes()));
      }
      context.check(result, DriverFunction.MEMORY_ALLOCATE, expected);
      return new DeviceMemory(context, out.get(JAVA_LONG, 0), numBytes);
    }
  }

  public long numBytes() {
    return numBytes;
  }

  /** All of it. */
  public DeviceRange range() {
    return new DeviceRange(this, 0, numBytes);
  }
}
