package gradwire.bench;

import gradwire.bench.kernel.ShardUnderLoad;
import java.util.concurrent.TimeUnit;
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
 * How fast a server takes the mean over replicas, with the cheapest rule behind it (SGD): {@code 4
 * * (2 + replicas)} bytes an element. Limit and commands as at {@link OptimizerBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 7, time = 1)
public class ReduceBenchmark {
  @Param({"79510", "25000000"})
  int numFloats;

  @Param({"2", "4", "8"})
  int numReplicas;

  @Param({"1", "2"})
  int numThreads;

  private @Nullable ShardUnderLoad shard;

  @Setup(Level.Trial)
  public void allocate() {
    shard = ShardUnderLoad.filled("sgd", numFloats, numReplicas, numThreads, 1e-3f);
  }

  @TearDown(Level.Trial)
  public void free() {
    if (shard != null) {
      shard.close();
    }
  }

  /** As a server does where the library is. */
  @Benchmark
  @Fork(1)
  public void inC(BytesTouched bytes) {
    apply(bytes);
  }

  /** As a server does elsewhere. */
  @Benchmark
  @Fork(value = 1, jvmArgsAppend = "-Dgradwire.cpu=off")
  public void overArrays(BytesTouched bytes) {
    apply(bytes);
  }

  private void apply(BytesTouched bytes) {
    if (shard != null) {
      bytes.count(shard.apply());
    }
  }
}
