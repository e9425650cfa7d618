package gradwire.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Code on a device. */
public final class CudaModule extends CudaResource {
  private static final int ERROR_LOG = 5;
  private static final int ERROR_LOG_BYTES = 6;
  private static final int LOG_BYTES = 4096;

  private static final Pattern PTX_VERSION = Pattern.compile("(?m)^\\.version ([0-9.]+)");

  private final String name;

  private CudaModule(CudaContext context, String name, long handle) {
    super(context, DriverFunction.MODULE_UNLOAD, handle);
    this.name = name;
  }

  static CudaModule load(CudaContext context, String name, byte[] image) {
    context.requireOpen();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment code = arena.allocate(image.length + 1L); // PTX ends with a 0
      MemorySegment.copy(image, 0, code, JAVA_BYTE, 0, image.length);
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment options = arena.allocateFrom(JAVA_INT, ERROR_LOG, ERROR_LOG_BYTES);
      MemorySegment values = arena.allocateFrom(JAVA_LONG, log.address(), LOG_BYTES);
      MemorySegment out = arena.allocate(ADDRESS);
      int result =
          context
              .library()
              .call(
                  DriverFunction.MODULE_LOAD,
                  out.address(),
                  code.address(),
                  2,
                  options.address(),
                  values.address());
      if (result != 0) {
        throw new CudaException(
            CudaFailure.of(result),
            DriverFunction.MODULE_LOAD.symbol(),
            expected(name, image, context.device()),
            context.library().nameOf(result),
            got(context.driverVersion(), log.getString(0).strip()));
      }
      return new CudaModule(context, name, out.get(JAVA_LONG, 0));
    }
  }

  private static String expected(String name, byte[] image, CudaDevice device) {
    Matcher version = PTX_VERSION.matcher(new String(image, ISO_8859_1));
    return "a driver that reads %s%s, for compute capability %s"
        .formatted(
            name, version.find() ? ", PTX " + version.group(1) : "", device.computeCapability());
  }

  private static String got(String driverVersion, String log) {
    return "driver for CUDA " + driverVersion + (log.isEmpty() ? "" : ": " + log);
  }

  /**
   * One of its functions.
   *
   * @throws CudaException if it has none of that name
   */
  public CudaKernel kernel(String kernelName) {
    try (Arena arena = Arena.ofConfined()) {
      long function =
          context()
              .create(
                  DriverFunction.MODULE_FUNCTION,
                  handle(),
                  arena.allocateFrom(kernelName).address(),
                  "kernel " + kernelName + " in " + name);
      return new CudaKernel(this, kernelName, function);
    }
  }
}
