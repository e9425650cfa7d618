package gradwire.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What this process has on one device. Owns everything made by it, and closes what is still open in
 * the end, last made first. Thread-safe for threads that are {@linkplain #attach attached}.
 */
public final class CudaContext implements AutoCloseable {
  private final DriverLibrary library;
  private final String driverVersion;
  private final CudaDevice device;
  private final long handle;
  private final Set<CudaResource> owned = new LinkedHashSet<>();
  private volatile boolean open = true;

  private CudaContext(DriverLibrary library, String driverVersion, CudaDevice device, long handle) {
    this.library = library;
    this.driverVersion = driverVersion;
    this.device = device;
    this.handle = handle;
  }

  static CudaContext open(DriverLibrary library, String driverVersion, CudaDevice device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      library.check(
          library.call(DriverFunction.CONTEXT_RETAIN, out.address(), device.ordinal()),
          DriverFunction.CONTEXT_RETAIN,
          "a context on device " + device.ordinal() + ", " + device.name());
      CudaContext context = new CudaContext(library, driverVersion, device, out.get(JAVA_LONG, 0));
      context.attach();
      return context;
    }
  }

  /** Makes this the context that the calling thread works in, until it attaches to another one. */
  public void attach() {
    check(
        library.call(DriverFunction.CONTEXT_CURRENT, handle),
        DriverFunction.CONTEXT_CURRENT,
        "context of device " + device.ordinal());
  }

  public CudaDevice device() {
    return device;
  }

  /** The newest CUDA that the driver is for, such as {@code 13.0}. */
  public String driverVersion() {
    return driverVersion;
  }

  /**
   * Memory on the device, with rubbish in it.
   *
   * @param numBytes at least 1
   * @throws CudaException {@link CudaFailure#OUT_OF_MEMORY}, with the sizes, if there isn't enough
   */
  public DeviceMemory allocate(long numBytes) {
    return DeviceMemory.allocate(this, numBytes);
  }

  /**
   * Memory of this machine that the device reads and writes by itself, at full speed and while the
   * processor does something else.
   *
   * @param numBytes at least 1
   */
  public PinnedMemory pin(long numBytes) {
    return PinnedMemory.allocate(this, numBytes);
  }

  /**
   * Lets the device read and write the caller's memory as {@linkplain #pin pinned} memory: whole
   * pages of it, for all contexts of this process.
   *
   * @param hostMemory off-heap, such as a mapping that processes share; at least 1 byte, not
   *     registered yet, and to outlive what is returned
   * @throws CudaException if the driver refuses, as some do for mappings of files
   */
  public RegisteredMemory register(MemorySegment hostMemory) {
    return RegisteredMemory.register(this, hostMemory);
  }

  /** A new queue of work. */
  public CudaStream stream() {
    return CudaStream.create(this);
  }

  /** A new mark, not yet recorded. */
  public CudaEvent event() {
    return CudaEvent.create(this);
  }

  /**
   * Loads code: PTX, which the driver translates for its device, or machine code.
   *
   * @param name how errors call it
   */
  public CudaModule load(String name, byte[] image) {
    return CudaModule.load(this, name, image);
  }

  /** How many bytes of the device's memory nobody uses. */
  public long freeBytes() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment both = arena.allocate(JAVA_LONG, 2);
      check(
          library.call(DriverFunction.MEMORY_INFO, both.address(), both.address() + Long.BYTES),
          DriverFunction.MEMORY_INFO,
          "what is free on device " + device.ordinal());
      return both.get(JAVA_LONG, 0);
    }
  }

  /** Blocks until all streams have done all that they were given. */
  public void await() {
    check(library.call(DriverFunction.CONTEXT_AWAIT, 0), DriverFunction.CONTEXT_AWAIT, "work done");
  }

  DriverLibrary library() {
    return library;
  }

  void check(int result, DriverFunction function, String expected) {
    library.check(result, function, expected);
  }

  /**
   * @throws IllegalStateException once this is closed
   */
  void requireOpen() {
    if (!open) {
      throw new IllegalStateException("the context of " + device.name() + " is closed");
    }
  }

  /** Calls a function that makes something, and returns the handle. */
  long create(DriverFunction function, long first, long second, String expected) {
    requireOpen();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      check(library.call(function, out.address(), first, second), function, expected);
      return out.get(JAVA_LONG, 0);
    }
  }

  void destroy(DriverFunction function, long resource) {
    int result = library.call(function, resource);
    if (result != 0 && CudaFailure.of(result) != CudaFailure.DEVICE_LOST) {
      check(result, function, "something open to close");
    }
  }

  synchronized void own(CudaResource resource) {
    requireOpen();
    owned.add(resource);
  }

  synchronized void disown(CudaResource resource) {
    owned.remove(resource);
  }

  /** Closes all that is still open, then gives the context back. */
  @Override
  public void close() {
    List<CudaResource> left;
    synchronized (this) {
      if (!open) {
        return;
      }
      open = false;
      left = new ArrayList<>(owned);
    }
    left.reversed().forEach(CudaResource::close);
    destroy(DriverFunction.CONTEXT_RELEASE, device.ordinal());
  }
}
