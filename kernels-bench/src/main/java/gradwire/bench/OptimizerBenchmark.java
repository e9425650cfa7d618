package gradwire.bench;

import gradwire.server.optimizer.Optimizer;
import gradwire.server.optimizer.Update;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorKind;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * How fast one thread applies gradients to a shard, against how fast it could move the same bytes.
 *
 * <p>A shard keeps weights and slots off-heap; a rule runs over {@code float[]}. Each block of
 * 4,096 floats is therefore read into scratch arrays that stay in the first-level cache, updated
 * there, and written back. The benchmark shows what that detour costs, and whether the rule or the
 * memory is the limit:
 *
 * <ul>
 *   <li>{@link #apply}: what a shard does;
 *   <li>{@link #throughScratch}: the same reads and writes, no rule: the price of the detour alone;
 *   <li>{@link #memoryCopy}: the same number of bytes, moved off-heap to off-heap at one go.
 * </ul>
 *
 * <p>Read the column {@code gradientGigabytes}: 10^9 bytes of <em>gradient</em> a second, the unit
 * that compares with the transport. The memory moves a multiple of it, {@code 3 + 2 * slots}: SGD 3
 * times, momentum and Adagrad 5, RMSProp and Adam 7. 79,510 floats is the MNIST network: all lies
 * in the caches; 25,000,000 (a ResNet-50) streams from memory.
 *
 * <p>The column {@code cpuSeconds} is the share of a core that the thread got. Where others run
 * beside it, divide by it: gigabytes per second of CPU are stable where wall time isn't (until the
 * memory itself is contended).
 *
 * <p>The trap: all arrays share one index, so C2 vectorises the loop ({@code -XX:-UseSuperWord}
 * shows the loss: Adam's rule runs 8 times slower). With different offsets into bigger arrays, C2
 * can't exclude that a weight written is a gradient read later, and the loop stays scalar. The
 * other trap: where gradients are exactly 0 for hundreds of steps, slots decay into denormals,
 * which processors may handle by microcode; {@code -p slots=DENORMAL} shows the price, all slots at
 * once.
 *
 * <p>To run it, from the root, all of it or one line of the table:
 *
 * <pre>{@code
 * ./mvnw -q -pl kernels-bench -am package -DskipTests
 * java -cp "kernels-bench/target/classes:kernels-bench/target/lib/*" org.openjdk.jmh.Main \
 *     OptimizerBenchmark.apply -p optimizer=adam -p numFloats=79510
 * }</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OptimizerBenchmark {
  private static final int BLOCK_FLOATS = 4096;

  /** What JMH divides by the wall time. One thread. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Traffic {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    public double gradientGigabytes;
    public double cpuSeconds;
    private long countedNanos;

    @Setup(Level.Iteration)
    public void start() {
      countedNanos = THREADS.getCurrentThreadCpuTime();
    }

    void count(long numFloats) {
      long nowNanos = THREADS.getCurrentThreadCpuTime();
      cpuSeconds += (nowNanos - countedNanos) / 1e9;
      countedNanos = nowNanos;
      gradientGigabytes += numFloats * (Float.BYTES / 1e9);
    }
  }

  /** What the slots hold at first. */
  public enum Slots {
    /** As in a training run that has just begun. */
    FRESH,
    /** As where gradients have been 0 for a long time; they are 0 here, too. */
    DENORMAL
  }

  @Param({"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"})
  String optimizer = "sgd";

  @Param({"79510", "25000000"})
  int numFloats;

  @Param("FRESH")
  Slots slots = Slots.FRESH;

  private final Arena arena = Arena.ofShared();
  private final float[] weightScratch = new float[BLOCK_FLOATS];
  private final float[] gradientScratch = new float[BLOCK_FLOATS];
  private float[][] slotScratch = new float[0][];
  private MemorySegment weights = MemorySegment.NULL;
  private MemorySegment gradient = MemorySegment.NULL;
  private MemorySegment copyTarget = MemorySegment.NULL;
  private MemorySegment[] slotSegments = new MemorySegment[0];
  private Update update = Optimizer.of(OptimizerSpec.of("sgd", Map.of())).at(1);

  @Setup(Level.Trial)
  public void allocate() {
    Optimizer rule = Optimizer.of(OptimizerSpec.of(optimizer, Map.of()));
    update = rule.at(1000);
    weights = filled(1);
    gradient = filled(slots == Slots.DENORMAL ? 0 : 1e-3f);
    copyTarget = filled(0);
    slotScratch = new float[rule.numSlots()][BLOCK_FLOATS];
    slotSegments = new MemorySegment[rule.numSlots()];
    for (int slot = 0; slot < slotSegments.length; slot++) {
      slotSegments[slot] =
          filled(slots == Slots.DENORMAL ? Float.MIN_NORMAL / 8 : rule.initialSlotValue(slot));
    }
  }

  @TearDown(Level.Trial)
  public void free() {
    arena.close();
  }

  /** Blocks read, updated, written back. */
  @Benchmark
  public void apply(Traffic traffic) {
    for (int from = 0; from < numFloats; from += BLOCK_FLOATS) {
      int length = read(from);
      update.apply(weightScratch, slotScratch, gradientScratch, length, TensorKind.WEIGHT);
      write(from, length);
    }
    traffic.count(numFloats);
  }

  /** Blocks read and written back as they are. */
  @Benchmark
  public void throughScratch(Traffic traffic) {
    for (int from = 0; from < numFloats; from += BLOCK_FLOATS) {
      write(from, read(from));
    }
    traffic.count(numFloats);
  }

  /** {@code 1 + slots} vectors copied whole, and half of the gradient: 3 + 2 * slots moves. */
  @Benchmark
  public void memoryCopy(Traffic traffic) {
    copyTarget.copyFrom(weights);
    for (MemorySegment slot : slotSegments) {
      copyTarget.copyFrom(slot);
    }
    copyTarget.copyFrom(Floats.slice(gradient, 0, numFloats / 2));
    traffic.count(numFloats);
  }

  private int read(int from) {
    int length = Math.min(BLOCK_FLOATS, numFloats - from);
    Floats.read(weights, from, weightScratch, length);
    Floats.read(gradient, from, gradientScratch, length);
    for (int slot = 0; slot < slotSegments.length; slot++) {
      Floats.read(slotSegments[slot], from, slotScratch[slot], length);
    }
    return length;
  }

  private void write(int from, int length) {
    Floats.write(weightScratch, weights, from, length);
    for (int slot = 0; slot < slotSegments.length; slot++) {
      Floats.write(slotScratch[slot], slotSegments[slot], from, length);
    }
  }

  private MemorySegment filled(float value) {
    MemorySegment segment = Floats.allocate(arena, numFloats);
    for (long i = 0; i < numFloats; i++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
    return segment;
  }
}
