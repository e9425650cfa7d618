package gradwire.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the memory gives: STREAM's triad, {@code a = b + s * c}, over as many bytes as Adam and two
 * replicas touch on a shard of {@code numFloats} (32 a float), by {@code numThreads}.
 *
 * <p>As STREAM does, it counts 12 bytes an element. The processor moves 16: it reads {@code a}'s
 * lines before it overwrites them. An optimizer has read what it writes, so it may come out above
 * this limit, by a third at most.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 7, time = 1)
@Fork(1)
public class MemoryLimit {
  private static final int BYTES_PER_FLOAT = 32;
  private static final int BYTES_PER_ELEMENT = 3 * Float.BYTES;
  private static final long PATIENCE_SECONDS = 60;

  @Param({"79510", "25000000"})
  int numFloats;

  @Param({"1", "2"})
  int numThreads;

  private final List<Part> parts = new ArrayList<>();
  private @Nullable ExecutorService helpers;

  /** One thread's share. */
  private static final class Part {
    private final float[] a;
    private final float[] b;
    private final float[] c;

    Part(int length) {
      a = new float[length];
      b = new float[length];
      c = new float[length];
    }

    void triad(float scale) {
      for (int i = 0; i < a.length; i++) {
        a[i] = b[i] + scale * c[i];
      }
    }

    long numBytes() {
      return (long) BYTES_PER_ELEMENT * a.length;
    }
  }

  @Setup(Level.Trial)
  public void allocate() {
    long elements = (long) numFloats * BYTES_PER_FLOAT / BYTES_PER_ELEMENT;
    for (int thread = 0; thread < numThreads; thread++) {
      parts.add(new Part(Math.toIntExact(elements / numThreads)));
    }
    if (numThreads > 1) {
      helpers = Executors.newFixedThreadPool(numThreads - 1);
    }
  }

  @TearDown(Level.Trial)
  public void free() {
    if (helpers != null) {
      helpers.close();
    }
  }

  /** The triad, once over everything. */
  @Benchmark
  public void triad(BytesTouched bytes)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<Future<?>> others = new ArrayList<>();
    if (helpers != null) {
      for (Part part : parts.subList(1, parts.size())) {
        others.add(helpers.submit(() -> part.triad(3)));
      }
    }
    parts.getFirst().triad(3);
    for (Future<?> other : others) {
      other.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    bytes.count(parts.stream().mapToLong(Part::numBytes).sum());
  }
}
