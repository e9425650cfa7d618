package gradwire.bench;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.kernels.cpu.Matrix;
import gradwire.kernels.cpu.OpenBlas;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one core's arithmetic gives: the product of two matrices of 1,024 x 1,024 by OpenBLAS, which
 * is as good as it gets. Counts floating-point operations, two a multiply-add, as bytes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 7, time = 1)
public class SgemmLimit {
  private static final int SIDE = 1024;
  private static final long FLOPS = 2L * SIDE * SIDE * SIDE;

  private @Nullable Matrix a;
  private @Nullable Matrix b;
  private @Nullable Matrix c;

  @Setup(Level.Trial)
  public void allocate() {
    a = matrix();
    b = matrix();
    c = matrix();
  }

  /** Small numbers: denormal ones would be slow. */
  private static Matrix matrix() {
    MemorySegment memory = Floats.allocate(Arena.ofAuto(), (long) SIDE * SIDE);
    for (long i = 0; i < (long) SIDE * SIDE; i++) {
      memory.setAtIndex(JAVA_FLOAT, i, i % 17 / 17f);
    }
    return new Matrix(memory, SIDE, SIDE);
  }

  /** One product. */
  @Benchmark
  @Fork(1)
  public void multiply(BytesTouched flops) {
    if (a != null && b != null && c != null) {
      OpenBlas.get().multiply(a, b, c);
      flops.count(FLOPS);
    }
  }
}
