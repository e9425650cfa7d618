package gradwire.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A queue of work on the device, done in order; streams run beside each other. Methods queue and
 * return, all but {@link #await}. What they name stays open, and host memory unchanged, until the
 * work is done. A kernel's failure shows at a later call.
 */
public final class CudaStream extends CudaResource {
  /** Not ordered with the old default stream, which nothing here uses. */
  private static final int NON_BLOCKING = 1;

  private static final int CAPTURE_THIS_THREAD = 1;
  private static final int RECORD_EXTERNAL = 1;

  private CudaStream(CudaContext context, long handle) {
    super(context, DriverFunction.STREAM_DESTROY, handle);
  }

  static CudaStream create(CudaContext context) {
    return new CudaStream(
        context, context.create(DriverFunction.STREAM_CREATE, NON_BLOCKING, 0, "a stream"));
  }

  /**
   * Copies to the device.
   *
   * @param from off-heap; pinned for a copy beside other work
   * @param to of the same size
   */
  public void upload(MemorySegment from, DeviceRange to) {
    checkHost(from, to);
    copy(DriverFunction.COPY_TO_DEVICE, to.address(), from.address(), to.numBytes());
  }

  /**
   * Copies from the device.
   *
   * @param to off-heap, of the same size; pinned for a copy beside other work
   */
  public void download(DeviceRange from, MemorySegment to) {
    checkHost(to, from);
    copy(DriverFunction.COPY_TO_HOST, to.address(), from.address(), from.numBytes());
  }

  /** Copies within the device, between pieces of the same size that don't overlap. */
  public void copy(DeviceRange from, DeviceRange to) {
    if (from.numBytes() != to.numBytes()) {
      throw new IllegalArgumentException(
          "copy: expected %,d bytes to copy into, got %,d"
              .formatted(from.numBytes(), to.numBytes()));
    }
    copy(DriverFunction.COPY_ON_DEVICE, to.address(), from.address(), from.numBytes());
  }

  private static void checkHost(MemorySegment host, DeviceRange device) {
    if (!host.isNative() || host.byteSize() != device.numBytes()) {
      throw new IllegalArgumentException(
          "copy: expected %,d bytes off-heap, got %,d %s"
              .formatted(
                  device.numBytes(),
                  host.byteSize(),
                  host.isNative() ? "off-heap" : "on the heap"));
    }
  }

  private void copy(DriverFunction function, long to, long from, long numBytes) {
    if (numBytes > 0) {
      context()
          .check(
              context().library().call(function, to, from, numBytes, handle()),
              function,
              "a copy of %,d bytes".formatted(numBytes));
    }
  }

  /** Sets every byte. */
  public void fill(DeviceRange range, byte value) {
    if (range.numBytes() > 0) {
      context()
          .check(
              context()
                  .library()
                  .call(
                      DriverFunction.FILL,
                      range.address(),
                      Byte.toUnsignedLong(value),
                      range.numBytes(),
                      handle()),
              DriverFunction.FILL,
              "%,d bytes to fill".formatted(range.numBytes()));
    }
  }

  /** Queues a kernel; its arguments are copied before this returns. */
  public void launch(CudaKernel kernel, Grid grid, KernelArguments arguments) {
    int result = context().library().launch(kernel.handle(), grid, handle(), arguments.address());
    if (result != 0) {
      context()
          .check(
              result,
              DriverFunction.LAUNCH,
              "kernel " + kernel.name() + " on " + grid.numBlocks() + " blocks");
    }
  }

  /** Queues all that was captured. */
  public void launch(CudaGraph graph) {
    context()
        .check(
            context().library().call(DriverFunction.GRAPH_LAUNCH, graph.handle(), handle()),
            DriverFunction.GRAPH_LAUNCH,
            "a graph to replay");
  }

  /** What is queued from now on waits until {@code event}, as last recorded, has happened. */
  public void after(CudaEvent event) {
    context()
        .check(
            context().library().call(DriverFunction.STREAM_WAIT_EVENT, handle(), event.handle(), 0),
            DriverFunction.STREAM_WAIT_EVENT,
            "an event to wait for");
  }

  /**
   * The event happens when all that is queued now is done. Within {@link #capture} it orders
   * captured work only, and can't be waited for from outside: see {@link #recordOutside}.
   */
  public void record(CudaEvent event) {
    context()
        .check(
            context().library().call(DriverFunction.EVENT_RECORD, event.handle(), handle()),
            DriverFunction.EVENT_RECORD,
            "an event to record");
  }

  /**
   * Within {@link #capture} only: each launch of the graph records the event anew, for those
   * outside of the graph. Until the first launch it is as it was.
   *
   * @throws CudaException if this stream captures nothing now
   */
  public void recordOutside(CudaEvent event) {
    context()
        .check(
            context()
                .library()
                .call(DriverFunction.EVENT_RECORD_FLAGS, event.handle(), handle(), RECORD_EXTERNAL),
            DriverFunction.EVENT_RECORD_FLAGS,
            "a stream that captures, to record an event for the outside");
  }

  /**
   * Notes what {@code work} queues on this stream, from the calling thread, without doing it.
   *
   * @param work must neither wait nor allocate
   * @return to be launched any number of times, by the arguments and the memory of now
   */
  public CudaGraph capture(Runnable work) {
    context()
        .check(
            context()
                .library()
                .call(DriverFunction.STREAM_BEGIN_CAPTURE, handle(), CAPTURE_THIS_THREAD),
            DriverFunction.STREAM_BEGIN_CAPTURE,
            "a stream to capture");
    try {
      work.run();
    } catch (RuntimeException failed) {
      abandonCapture();
      throw failed;
    }
    return CudaGraph.of(context(), endCapture());
  }

  private long endCapture() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment graph = arena.allocate(JAVA_LONG);
      context()
          .check(
              context()
                  .library()
                  .call(DriverFunction.STREAM_END_CAPTURE, handle(), graph.address()),
              DriverFunction.STREAM_END_CAPTURE,
              "a capture that can be replayed");
      return graph.get(JAVA_LONG, 0);
    }
  }

  private void abandonCapture() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment graph = arena.allocate(JAVA_LONG);
      context().library().call(DriverFunction.STREAM_END_CAPTURE, handle(), graph.address());
      if (graph.get(JAVA_LONG, 0) != 0) {
        context().library().call(DriverFunction.GRAPH_DESTROY, graph.get(JAVA_LONG, 0));
      }
    }
  }

  /** Blocks until all that was queued is done. */
  public void await() {
    context()
        .check(
            context().library().call(DriverFunction.STREAM_AWAIT, handle()),
            DriverFunction.STREAM_AWAIT,
            "the stream's work done");
  }
}
