package gradwire.kernels.cuda;

import java.lang.foreign.MemorySegment;

/**
 * The caller's memory while the device can reach it. Closing it leaves the memory as it was, and
 * comes before the memory's own end, and after the work that is queued on it.
 */
public final class RegisteredMemory extends CudaResource {
  private static final int FOR_ALL_CONTEXTS = 1;

  private final MemorySegment segment;

  private RegisteredMemory(CudaContext context, MemorySegment segment) {
    super(context, DriverFunction.HOST_UNREGISTER, segment.address());
    this.segment = segment;
  }

  static RegisteredMemory register(CudaContext context, MemorySegment memory) {
    if (!memory.isNative() || memory.byteSize() == 0) {
      throw new IllegalArgumentException(
          "register: expected at least 1 byte off-heap, got %,d %s"
              .formatted(memory.byteSize(), memory.isNative() ? "off-heap" : "on the heap"));
    }
    context.requireOpen();
    context.check(
        context
            .library()
            .call(
                DriverFunction.HOST_REGISTER,
                memory.address(),
                memory.byteSize(),
                FOR_ALL_CONTEXTS),
        DriverFunction.HOST_REGISTER,
        "%,d bytes of this machine's memory that can be registered".formatted(memory.byteSize()));
    return new RegisteredMemory(context, memory);
  }

  /** What was registered. */
  public MemorySegment segment() {
    return segment;
  }
}
