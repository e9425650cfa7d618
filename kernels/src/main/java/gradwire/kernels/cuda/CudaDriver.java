package gradwire.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/** A driver that has started, and its devices. Immutable. */
public final class CudaDriver {
  private static final int NAME_BYTES = 256;
  private static final int NUM_MULTIPROCESSORS = 16;
  private static final int CACHE_BYTES = 38;
  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;

  private final DriverLibrary library;
  private final int version;
  private final List<CudaDevice> devices;

  private CudaDriver(DriverLibrary library, int version, List<CudaDevice> devices) {
    this.library = library;
    this.version = version;
    this.devices = devices;
  }

  /**
   * @throws CudaException if the driver doesn't start, or sees no device
   */
  static CudaDriver start(DriverLibrary library) {
    library.check(
        library.call(DriverFunction.INIT, 0), DriverFunction.INIT, "a driver that starts");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      library.check(
          library.call(DriverFunction.DRIVER_VERSION, out.address()),
          DriverFunction.DRIVER_VERSION,
          "the driver's version");
      int version = out.get(JAVA_INT, 0);
      library.check(
          library.call(DriverFunction.DEVICE_COUNT, out.address()),
          DriverFunction.DEVICE_COUNT,
          "the number of devices");
      int numDevices = out.get(JAVA_INT, 0);
      return new CudaDriver(
          library,
          version,
          IntStream.range(0, numDevices).mapToObj(i -> device(library, i)).toList());
    }
  }

  private static CudaDevice device(DriverLibrary library, int ordinal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(NAME_BYTES);
      library.check(
          library.call(DriverFunction.DEVICE_NAME, name.address(), NAME_BYTES, ordinal),
          DriverFunction.DEVICE_NAME,
          "the name of device " + ordinal);
      MemorySegment bytes = arena.allocate(JAVA_LONG);
      library.check(
          library.call(DriverFunction.DEVICE_MEMORY, bytes.address(), ordinal),
          DriverFunction.DEVICE_MEMORY,
          "the memory of device " + ordinal);
      return new CudaDevice(
          ordinal,
          name.getString(0),
          attribute(library, arena, CAPABILITY_MAJOR, ordinal),
          attribute(library, arena, CAPABILITY_MINOR, ordinal),
          bytes.get(JAVA_LONG, 0),
          attribute(library, arena, NUM_MULTIPROCESSORS, ordinal),
          attribute(library, arena, CACHE_BYTES, ordinal));
    }
  }

  private static int attribute(DriverLibrary library, Arena arena, int which, int ordinal) {
    MemorySegment value = arena.allocate(JAVA_INT);
    library.check(
        library.call(DriverFunction.DEVICE_ATTRIBUTE, value.address(), which, ordinal),
        DriverFunction.DEVICE_ATTRIBUTE,
        "attribute " + which + " of device " + ordinal);
    return value.get(JAVA_INT, 0);
  }

  /** The newest CUDA that this driver is for, such as {@code 13.0}. */
  public String version() {
    return version / 1000 + "." + version % 1000 / 10;
  }

  /** All devices that this process sees; at least one. */
  public List<CudaDevice> devices() {
    return devices;
  }

  /**
   * The device's primary context, which this process's other users of CUDA share; current on the
   * calling thread. The caller closes it.
   */
  public CudaContext open(CudaDevice device) {
    return CudaContext.open(library, version(), device);
  }
}
