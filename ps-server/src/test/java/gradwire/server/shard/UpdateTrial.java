package gradwire.server.shard;

import gradwire.server.optimizer.Operands;
import gradwire.server.optimizer.Optimizer;
import gradwire.server.optimizer.SlotState;
import gradwire.server.optimizer.Update;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorKind;
import gradwire.update.KnownOptimizer;
import gradwire.update.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One range of one update, drawn by {@code seed}, and how to apply it by different code to the same
 * values. The range lies between margins that nobody may touch.
 */
record UpdateTrial(
    KnownOptimizer rule,
    TensorKind kind,
    Placement placement,
    int numReplicas,
    int offset,
    int length,
    boolean hasOddities,
    long seed) {
  /** Where the outcome goes. */
  enum Placement {
    /** Over the state. */
    IN_PLACE,
    /** Into other memory. */
    BESIDE,
    /** Into other memory, both too long for a cache. */
    BESIDE_AND_LONG
  }

  /** What applies it. */
  interface Kernel {
    void apply(Update update, Operands operands, TensorKind kind, long at, long length);
  }

  private static final int MARGIN = 37;
  private static final long LONG_FLOATS = 2 << 20;
  private static final float[] ODDITIES = {
    0f,
    -0f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -3 * Float.MIN_VALUE,
    Float.MIN_NORMAL / 8,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE
  };

  static UpdateTrial random(KnownOptimizer rule, int numReplicas, int length, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return new UpdateTrial(
        rule,
        pick(random, TensorKind.values()),
        pick(random, Placement.values()),
        numReplicas,
        random.nextInt(18),
        length,
        random.nextBoolean(),
        seed);
  }

  private static <T> T pick(SplittableRandom random, T[] from) {
    return from[random.nextInt(from.length)];
  }

  /** With weight decay on in one half of them. */
  OptimizerSpec spec() {
    double decay = seed % 2 == 0 ? 0.03 : 0;
    return OptimizerSpec.of(
        rule.name().toLowerCase(Locale.ROOT), Map.of("learning_rate", 0.1, "weight_decay", decay));
  }

  private Optimizer optimizer() {
    return Optimizer.of(spec());
  }

  private int numVectors() {
    return 1 + optimizer().numSlots();
  }

  private int at() {
    return MARGIN + offset;
  }

  private int numFloats() {
    return at() + length + MARGIN;
  }

  /** State, what is where the outcome goes, gradients; the margins are drawn, too. */
  float[][] before() {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] before = new float[2 * numVectors() + numReplicas][numFloats()];
    for (int vector = 0; vector < before.length; vector++) {
      boolean isSlot = vector > 0 && vector < numVectors();
      for (int i = 0; i < numFloats(); i++) {
        before[vector][i] = value(random, isSlot && !hasOddities ? 0 : -1);
      }
    }
    return before;
  }

  /** Of very different sizes, so that the order of additions shows in the bits. */
  private float value(SplittableRandom random, double least) {
    if (hasOddities && random.nextInt(6) == 0) {
      return ODDITIES[random.nextInt(ODDITIES.length)];
    }
    return (float) (random.nextDouble(least, 1) * Math.pow(2, random.nextInt(-20, 20)));
  }

  /** The bits of everything after the update, in the order of {@link #before}. */
  int[][] after(Kernel kernel) {
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> memory =
          Arrays.stream(before()).map(values -> filled(arena, values)).toList();
      SlotState state = state(memory, 0);
      SlotState into = placement == Placement.IN_PLACE ? state : state(memory, numVectors());
      List<MemorySegment> gradients = memory.subList(2 * numVectors(), memory.size());
      kernel.apply(optimizer().at(1), Operands.of(state, into, gradients), kind, at(), length);
      return bits(memory.stream().map(this::read));
    }
  }

  private MemorySegment filled(Arena arena, float[] values) {
    boolean isLong = placement == Placement.BESIDE_AND_LONG;
    MemorySegment memory = Floats.allocate(arena, isLong ? LONG_FLOATS : values.length);
    Floats.write(values, memory, 0, values.length);
    return memory;
  }

  private float[] read(MemorySegment memory) {
    float[] values = new float[numFloats()];
    Floats.read(memory, 0, values, values.length);
    return values;
  }

  private SlotState state(List<MemorySegment> memory, int first) {
    return new SlotState(
        memory.get(first),
        memory.subList(first + 1, first + numVectors()).toArray(MemorySegment[]::new));
  }

  /** The same by {@link ScalarReference}, which leaves alone what nobody may touch. */
  int[][] expected() {
    float[][] values = before();
    ScalarReference reference = new ScalarReference(spec());
    float[][] gradients = Arrays.copyOfRange(values, 2 * numVectors(), values.length);
    int into = placement == Placement.IN_PLACE ? 0 : numVectors();
    for (int i = at(); i < at() + length; i++) {
      float[] element = new float[numVectors()];
      for (int vector = 0; vector < element.length; vector++) {
        element[vector] = values[vector][i];
      }
      reference.apply(element, ScalarReference.mean(gradients, i), kind);
      for (int vector = 0; vector < element.length; vector++) {
        values[into + vector][i] = element[vector];
      }
    }
    return bits(Arrays.stream(values));
  }

  /** One NaN is like another. */
  private static int[][] bits(Stream<float[]> vectors) {
    return vectors
        .map(v -> IntStream.range(0, v.length).map(i -> Float.floatToIntBits(v[i])).toArray())
        .toArray(int[][]::new);
  }
}
