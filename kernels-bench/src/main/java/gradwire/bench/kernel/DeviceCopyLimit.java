package gradwire.bench.kernel;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.PinnedMemory;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a GPU's memory and the way to it give: the driver's own copies, queued as {@link
 * KernelBenchmark#queued} queues kernels. One thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
public class DeviceCopyLimit {
  @Param("8192")
  long numBytes;

  private @Nullable Gpu gpu;
  private @Nullable DeviceRange first;
  private @Nullable DeviceRange second;
  private @Nullable PinnedMemory pinned;

  @Setup(Level.Trial)
  public void allocate() {
    gpu = Gpu.open();
    first = gpu.allocate(numBytes);
    second = gpu.allocate(numBytes);
    pinned = gpu.context().pin(numBytes);
    gpu.stream().fill(first, (byte) 0);
  }

  @TearDown(Level.Trial)
  public void free() {
    open().close();
  }

  private Gpu open() {
    return Objects.requireNonNull(gpu, "JMH calls allocate first");
  }

  private DeviceRange first() {
    return Objects.requireNonNull(first, "JMH calls allocate first");
  }

  private PinnedMemory pinned() {
    return Objects.requireNonNull(pinned, "JMH calls allocate first");
  }

  /** Within the device: half of the bytes are read, half are written. */
  @Benchmark
  @OperationsPerInvocation(KernelBenchmark.QUEUED)
  public void copy() {
    DeviceRange from = first().slice(0, numBytes / 2);
    DeviceRange to =
        Objects.requireNonNull(second, "JMH calls allocate first").slice(0, numBytes / 2);
    queue(() -> open().stream().copy(from, to));
  }

  /** From pinned memory. */
  @Benchmark
  @OperationsPerInvocation(KernelBenchmark.QUEUED)
  public void upload() {
    queue(() -> open().stream().upload(pinned().segment(), first()));
  }

  /** To pinned memory. */
  @Benchmark
  @OperationsPerInvocation(KernelBenchmark.QUEUED)
  public void download() {
    queue(() -> open().stream().download(first(), pinned().segment()));
  }

  private void queue(Runnable copy) {
    for (int i = 0; i < KernelBenchmark.QUEUED; i++) {
      copy.run();
    }
    open().stream().await();
  }
}
