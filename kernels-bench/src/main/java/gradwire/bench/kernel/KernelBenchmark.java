package gradwire.bench.kernel;

import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One kernel on one backend, on one thread, over the same inputs again and again: what fits into
 * the caches stays there. Checked against float64 before the first measurement.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 7, time = 1)
@Fork(1)
public class KernelBenchmark {
  /** Calls that a device is given before it is waited for: the wait costs as much as small ones. */
  static final int QUEUED = 20;

  @Param("kernels/native/gemm/100x784x100")
  String row = "";

  private @Nullable Computation computation;

  @Setup(Level.Trial)
  public void check() {
    computation = KernelRow.named(row).checked(Arena.ofAuto());
  }

  @TearDown(Level.Trial)
  public void free() {
    checked().close();
  }

  private Computation checked() {
    return Objects.requireNonNull(computation, "JMH calls check first");
  }

  /** On a processor. */
  @Benchmark
  public void once() {
    checked().compute();
  }

  /** On a device. */
  @Benchmark
  @OperationsPerInvocation(QUEUED)
  public void queued() {
    Computation device = checked();
    for (int i = 0; i < QUEUED; i++) {
      device.compute();
    }
    device.await();
  }
}
