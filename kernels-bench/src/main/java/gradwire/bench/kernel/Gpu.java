package gradwire.bench.kernel;

import gradwire.error.GradwireException;
import gradwire.kernels.cuda.CudaContext;
import gradwire.kernels.cuda.CudaStream;
import gradwire.kernels.cuda.CudaSupport;
import gradwire.kernels.cuda.DeviceRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The first GPU, with a stream; what is allocated on it ends with it. One thread. */
final class Gpu implements AutoCloseable {
  private final CudaContext context;
  private final CudaStream stream;

  private Gpu(CudaContext context) {
    this.context = context;
    stream = context.stream();
  }

  /**
   * Opens it.
   *
   * @throws GradwireException if there is none
   */
  static Gpu open() {
    return switch (CudaSupport.find()) {
      case CudaSupport.Here(var driver) -> new Gpu(driver.open(driver.devices().getFirst()));
      case CudaSupport.NotHere(String because) ->
          throw new GradwireException("cuda: expected a GPU; " + because);
    };
  }

  CudaContext context() {
    return context;
  }

  CudaStream stream() {
    return stream;
  }

  /** Memory with rubbish in it. */
  DeviceRange allocate(long numBytes) {
    return context.allocate(Math.max(1, numBytes)).range();
  }

  DeviceRange allocateFloats(long numFloats) {
    return allocate(numFloats * Float.BYTES);
  }

  DeviceRange zeros(long numFloats) {
    DeviceRange range = allocateFloats(numFloats);
    stream.fill(range, (byte) 0);
    return range;
  }

  /** The same on the device, once the stream is there. */
  DeviceRange upload(MemorySegment memory) {
    DeviceRange range = allocate(memory.byteSize());
    stream.upload(memory, range);
    return range;
  }

  /** A copy, complete, that the garbage collector frees. */
  MemorySegment download(DeviceRange range) {
    MemorySegment memory = Arena.ofAuto().allocate(range.numBytes(), Double.BYTES);
    stream.download(range, memory);
    stream.await();
    return memory;
  }

  @Override
  public void close() {
    context.close();
  }
}
