package gradwire.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.kernels.cuda.DeviceRange;
import java.lang.foreign.MemorySegment;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;

/**
 * What is queued on a GPU, which is closed with it.
 *
 * @param kernel queues it
 * @param decoded downloads the result
 */
record OnDevice(Gpu gpu, Runnable kernel, Supplier<LongToDoubleFunction> decoded)
    implements Computation {
  /** With a result that is row-major float32. */
  static OnDevice floats(Gpu gpu, Runnable kernel, DeviceRange output) {
    return new OnDevice(gpu, kernel, () -> floats(gpu.download(output)));
  }

  static LongToDoubleFunction floats(MemorySegment memory) {
    return index -> memory.getAtIndex(JAVA_FLOAT, index);
  }

  @Override
  public void compute() {
    kernel.run();
  }

  @Override
  public void await() {
    gpu.stream().await();
  }

  @Override
  public LongToDoubleFunction result() {
    return decoded.get();
  }

  @Override
  public void close() {
    gpu.close();
  }
}
