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
 * How fast a server applies gradients to its shard: mean over the replicas and the optimizer's
 * rule. An update touches {@code 4 * (2 + 2 * slots + replicas)} bytes an element (weights and
 * slots read and written, gradients read): Adam and two replicas 32. The limit is these bytes over
 * the memory's bandwidth: {@link MemoryLimit} of as many bytes and threads, in the same run.
 *
 * <p>79,510 floats is the MNIST network: all lies in the caches, one thread works. 25,000,000 (a
 * ResNet-50, 100 MB) streams from memory, {@code numThreads} work.
 *
 * <p>{@link #inC} has the library of module {@code cpu}, {@link #overArrays} has not. Where
 * gradients are exactly 0 for hundreds of steps, slots decay into denormals, which some processors
 * handle by microcode; {@code -p slots=DENORMAL} shows the price, all slots at once.
 *
 * <pre>{@code
 * ./mvnw -q -pl kernels-bench -am package -DskipTests
 * java -cp "kernels-bench/target/classes:kernels-bench/target/lib/*" org.openjdk.jmh.Main \
 *     "OptimizerBenchmark|MemoryLimit" -p numFloats=25000000
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 7, time = 1)
public class OptimizerBenchmark {
  /** What the slots hold at first. */
  public enum Slots {
    /** As in a training run that has just begun. */
    FRESH,
    /** As where gradients have been 0 for a long time; they are 0 here, too. */
    DENORMAL
  }

  @Param("adam")
  String optimizer = "adam";

  @Param({"79510", "25000000"})
  int numFloats;

  @Param({"1", "2"})
  int numReplicas;

  @Param({"1", "2"})
  int numThreads;

  @Param("FRESH")
  Slots slots = Slots.FRESH;

  private @Nullable ShardUnderLoad shard;

  @Setup(Level.Trial)
  public void allocate() {
    float gradient = slots == Slots.DENORMAL ? 0 : 1e-3f;
    shard = ShardUnderLoad.filled(optimizer, numFloats, numReplicas, numThreads, gradient);
    if (slots == Slots.DENORMAL) {
      shard.fillSlots(Float.MIN_NORMAL / 8);
    }
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
