package gradwire.kernels.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gradwire.cuda.testing.DriverDouble;
import gradwire.kernels.cuda.CudaContext;
import gradwire.kernels.cuda.CudaDriver;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.CudaSupport;
import gradwire.kernels.cuda.DeviceRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The device under test, with a context and a stream. The test closes it. One thread. */
public final class Gpu implements AutoCloseable {
  private final CudaContext context;
  private final CudaStream stream;

  private Gpu(CudaContext context) {
    this.context = context;
    stream = context.stream();
  }

  /** Whether a real device is under test. */
  public static boolean isReal() {
    return System.getProperty(CudaSupport.LIBRARY_PROPERTY) != null;
  }

  /** The double, anew; the test is skipped where it can't be, or where a device is under test. */
  public static DriverDouble driverDouble() {
    assumeTrue(!isReal(), "planted failures need the double, and a device is under test");
    return freshDouble();
  }

  private static DriverDouble freshDouble() {
    assumeTrue(DriverDouble.find().isPresent(), "no g++: the double of the driver can't be built");
    DriverDouble fresh = DriverDouble.find().orElseThrow();
    fresh.reset();
    return fresh;
  }

  /** Opens a context on the device, or on a fresh double. */
  public static Gpu open() {
    return new Gpu(open(isReal() ? realDriver() : driver(freshDouble().library())));
  }

  /** Opens a context on the double as it is. */
  public static CudaContext open(DriverDouble prepared) {
    return open(driver(prepared.library()));
  }

  private static CudaContext open(CudaDriver driver) {
    return driver.open(driver.devices().getFirst());
  }

  private static CudaDriver realDriver() {
    return driver(System.getProperty(CudaSupport.LIBRARY_PROPERTY));
  }

  private static CudaDriver driver(String library) {
    return switch (CudaSupport.find(library)) {
      case CudaSupport.Here(CudaDriver driver) -> driver;
      case CudaSupport.NotHere(String because) -> throw new AssertionError(because);
    };
  }

  public CudaContext context() {
    return context;
  }

  public CudaStream stream() {
    return stream;
  }

  /** Memory on the device for {@code numBytes}; a range of 0 bytes is one too. */
  public DeviceRange allocate(long numBytes) {
    return context.allocate(Math.max(1, numBytes)).range().slice(0, numBytes);
  }

  /** The same numbers on the device, from byte {@code offset} of new memory on. */
  public DeviceRange upload(float[] values, int offset) {
    long numBytes = (long) values.length * Float.BYTES;
    DeviceRange range = allocate(offset + numBytes).slice(offset, numBytes);
    write(values, range);
    return range;
  }

  public DeviceRange upload(float... values) {
    return upload(values, 0);
  }

  /** Overwrites what is on the device. */
  public void write(float[] values, DeviceRange range) {
    transfer(MemorySegment.ofArray(values), range);
  }

  public DeviceRange upload(int[] values) {
    return uploaded(MemorySegment.ofArray(values));
  }

  public DeviceRange upload(short[] values) {
    return uploaded(MemorySegment.ofArray(values));
  }

  private DeviceRange uploaded(MemorySegment values) {
    DeviceRange range = allocate(values.byteSize());
    transfer(values, range);
    return range;
  }

  private void transfer(MemorySegment values, DeviceRange range) {
    try (Arena arena = Arena.ofConfined()) {
      stream.upload(
          arena
              .allocate(Math.max(1, values.byteSize()))
              .asSlice(0, values.byteSize())
              .copyFrom(values),
          range);
      stream.await();
    }
  }

  public float[] floats(DeviceRange range) {
    try (Arena arena = Arena.ofConfined()) {
      return download(range, arena).toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  public int[] ints(DeviceRange range) {
    try (Arena arena = Arena.ofConfined()) {
      return download(range, arena).toArray(ValueLayout.JAVA_INT);
    }
  }

  public short[] shorts(DeviceRange range) {
    try (Arena arena = Arena.ofConfined()) {
      return download(range, arena).toArray(ValueLayout.JAVA_SHORT);
    }
  }

  public byte[] bytes(DeviceRange range) {
    try (Arena arena = Arena.ofConfined()) {
      return download(range, arena).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private MemorySegment download(DeviceRange range, Arena arena) {
    MemorySegment host = arena.allocate(Math.max(1, range.numBytes())).asSlice(0, range.numBytes());
    stream.download(range, host);
    stream.await();
    return host;
  }

  /**
   * Closes all; on the double, nothing may be left, and nothing written where it doesn't belong.
   */
  @Override
  public void close() {
    context.close();
    if (!isReal()) {
      DriverDouble.find().orElseThrow().assertClean();
    }
  }
}
