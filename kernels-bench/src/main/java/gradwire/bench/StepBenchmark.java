package gradwire.bench;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.config.EngineChoice;
import gradwire.dl4j.Dl4jEngine;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import java.lang.foreign.Arena;
import java.util.Locale;
import java.util.Random;
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
 * How long a gradient takes, forward and backward, on one thread; against {@link SgemmLimit}.
 * Counts floating-point operations as bytes: those of matrix products and convolutions alone,
 * though all the rest is measured, too.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 7, time = 1)
public class StepBenchmark {
  private static final int NUM_CLASSES = 10;

  @Param({"mlp", "lenet", "resnet20", "lstm"})
  String network = "";

  @Param({"native", "dl4j"})
  String engine = "";

  private @Nullable Dl4jEngine computing;
  private @Nullable Batch batch;
  private long flops;

  @Setup(Level.Trial)
  public void build() {
    StepNetwork built = StepNetwork.valueOf(network.toUpperCase(Locale.ROOT));
    computing = built.engine(EngineChoice.valueOf(engine.toUpperCase(Locale.ROOT)));
    batch = batch(built.features());
    flops = built.flops();
  }

  @TearDown(Level.Trial)
  public void free() {
    if (computing != null) {
      computing.close();
    }
  }

  /** One gradient. */
  @Benchmark
  @Fork(1)
  public double gradient(BytesTouched count) {
    if (computing == null || batch == null) {
      throw new IllegalStateException("JMH calls build first");
    }
    double loss = computing.computeGradient(batch, 1);
    count.count(flops);
    return loss;
  }

  private static Batch batch(long[] shape) {
    Random random = new Random(1);
    FloatTensor features = FloatTensor.zeros(Arena.ofAuto(), shape);
    for (long i = 0; i < features.memory().byteSize() / Float.BYTES; i++) {
      features.memory().setAtIndex(JAVA_FLOAT, i, random.nextFloat());
    }
    FloatTensor labels = FloatTensor.zeros(Arena.ofAuto(), shape[0], NUM_CLASSES);
    for (long i = 0; i < shape[0]; i++) {
      labels.memory().setAtIndex(JAVA_FLOAT, i * NUM_CLASSES + random.nextInt(NUM_CLASSES), 1);
    }
    return Batch.of(features, labels);
  }
}
