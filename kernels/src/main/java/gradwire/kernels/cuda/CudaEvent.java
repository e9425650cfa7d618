package gradwire.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A mark in a stream, with the time when the device passed it. */
public final class CudaEvent extends CudaResource {
  private CudaEvent(CudaContext context, long handle) {
    super(context, DriverFunction.EVENT_DESTROY, handle);
  }

  static CudaEvent create(CudaContext context) {
    return new CudaEvent(context, context.create(DriverFunction.EVENT_CREATE, 0, 0, "an event"));
  }

  /** Blocks until it has happened. */
  public void await() {
    context()
        .check(
            context().library().call(DriverFunction.EVENT_AWAIT, handle()),
            DriverFunction.EVENT_AWAIT,
            "an event that happens");
  }

  /** Time on the device from {@code earlier} to this, both happened; to about 0.5 us. */
  public double millisSince(CudaEvent earlier) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment millis = arena.allocate(JAVA_FLOAT);
      context()
          .check(
              context()
                  .library()
                  .call(DriverFunction.EVENT_ELAPSED, millis.address(), earlier.handle(), handle()),
              DriverFunction.EVENT_ELAPSED,
              "two events that have happened");
      return millis.get(JAVA_FLOAT, 0);
    }
  }
}
