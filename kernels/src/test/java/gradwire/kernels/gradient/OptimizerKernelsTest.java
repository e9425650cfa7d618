package gradwire.kernels.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import gradwire.server.optimizer.Optimizer;
import gradwire.tensor.TensorKind;
import gradwire.update.OptimizerSpec;
import gradwire.update.ScheduleSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels beside the parameter server's optimizers, whose float64 oracle is theirs too. */
final class OptimizerKernelsTest {
  private static final int NUM_UPDATES = 5;
  private static final int[] LENGTHS = {0, 1, 2, 3, 4, 5, 255, 1021, 4099};
  private static final ScheduleSpec FALLING =
      new ScheduleSpec("exponential", Map.of("decay_steps", 2.0, "decay_rate", 0.5));

  private static Gpu gpu;
  private static GradientKernels kernels;

  @BeforeAll
  static void open() {
    gpu = Gpu.open();
    kernels = GradientKernels.load(gpu.context());
  }

  @AfterAll
  static void close() {
    if (gpu != null) {
      gpu.close();
    }
  }

  static Stream<OptimizerSpec> optimizers() {
    return Stream.of(
            OptimizerSpec.of("sgd", Map.of("learning_rate", 0.1)),
            OptimizerSpec.of("momentum", Map.of("learning_rate", 0.02)),
            OptimizerSpec.of("nesterov", Map.of("learning_rate", 0.02)),
            OptimizerSpec.of("adagrad", Map.of("learning_rate", 1.0)),
            OptimizerSpec.of("rmsprop", Map.of("learning_rate", 0.02)),
            OptimizerSpec.of("rmsprop", Map.of("momentum", 0.5, "epsilon", 0.01)),
            OptimizerSpec.of("adam", Map.of("learning_rate", 0.1)),
            OptimizerSpec.of("adam", Map.of("beta1", 0.5, "beta2", 0.9, "epsilon", 0.1)),
            OptimizerSpec.of("adamw", Map.of("learning_rate", 0.1)))
        .flatMap(spec -> Stream.of(spec, decaying(spec)));
  }

  private static OptimizerSpec decaying(OptimizerSpec spec) {
    Map<String, Double> all = new TreeMap<>(spec.hyperparameters());
    all.put("weight_decay", 0.03);
    return new OptimizerSpec(spec.name(), all, FALLING);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void bitsAreTheParameterServersForEveryKindAndLength(OptimizerSpec spec) {
    for (TensorKind kind : TensorKind.values()) {
      for (int length : LENGTHS) {
        Twins twins = Twins.of(spec, Numbers.gaussians(0, length), 0);
        for (int t = 1; t <= NUM_UPDATES; t++) {
          twins.apply(t, Numbers.gaussians(t, length), kind);
        }
        twins.assertSame("seed %d, %s, length %d".formatted(Numbers.SEED, kind, length));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void bitsAreTheSameFromAnAddressThatAllowsNoFours(OptimizerSpec spec) {
    Twins twins = Twins.of(spec, Numbers.gaussians(0, 1021), Float.BYTES);
    twins.apply(1, Numbers.gaussians(1, 1021), TensorKind.WEIGHT);
    twins.assertSame("seed %d".formatted(Numbers.SEED));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void bitsAreTheSameForEveryKindOfNumber(OptimizerSpec spec) {
    Twins twins = Twins.of(spec, Numbers.anyBits(0, 4099), 0);
    for (int t = 1; t <= NUM_UPDATES; t++) {
      twins.apply(t, Numbers.anyBits(t, 4099), TensorKind.WEIGHT);
    }
    twins.assertSame("seed %d".formatted(Numbers.SEED));
  }

  @Test
  void moreElementsThanThreadsAreAllDone() {
    int length = 1_000_003;
    Twins twins = Twins.of(OptimizerSpec.of("adam", Map.of()), Numbers.gaussians(0, length), 0);
    twins.apply(1, Numbers.gaussians(1, length), TensorKind.WEIGHT);
    twins.assertSame("seed %d".formatted(Numbers.SEED));
  }

  @Test
  void vectorsThatDoNotFitTogetherAreRefused() {
    OptimizerStep sgd = new OptimizerStep.Sgd(1, 0);
    DeviceRange four = gpu.upload(1, 2, 3, 4);
    DeviceRange three = gpu.upload(1, 2, 3);
    assertThatThrownBy(() -> kernels.optimizer().step(gpu.stream(), sgd, four, List.of(), three))
        .hasMessage("gradient: expected 16 bytes, got 12");
    assertThatThrownBy(() -> kernels.optimizer().step(gpu.stream(), sgd, four, List.of(four), four))
        .hasMessage("slots: expected 0, got 1");
  }

  /** The same block of a tensor at the server and on the device. */
  private record Twins(
      OptimizerSpec spec,
      Optimizer optimizer,
      float[] weights,
      float[][] slots,
      DeviceRange weightsThere,
      List<DeviceRange> slotsThere,
      int offset) {
    static Twins of(OptimizerSpec spec, float[] weights, int offset) {
      Optimizer optimizer = Optimizer.of(spec);
      float[][] slots = new float[optimizer.numSlots()][weights.length];
      for (int slot = 0; slot < slots.length; slot++) {
        Arrays.fill(slots[slot], optimizer.initialSlotValue(slot));
      }
      return new Twins(
          spec,
          optimizer,
          weights,
          slots,
          gpu.upload(weights, offset),
          Arrays.stream(slots).map(slot -> gpu.upload(slot, offset)).toList(),
          offset);
    }

    void apply(long updateNumber, float[] gradient, TensorKind kind) {
      optimizer.at(updateNumber).apply(weights, slots, gradient, gradient.length, kind);
      kernels
          .optimizer()
          .step(
              gpu.stream(),
              OptimizerStep.of(spec, updateNumber, kind),
              weightsThere,
              slotsThere,
              gpu.upload(gradient, offset));
    }

    void assertSame(String what) {
      assertThat(Numbers.bits(gpu.floats(weightsThere)))
          .as("weights, %s", what)
          .isEqualTo(Numbers.bits(weights));
      IntStream.range(0, slots.length)
          .forEach(
              slot ->
                  assertThat(Numbers.bits(gpu.floats(slotsThere.get(slot))))
                      .as("slot %d, %s", slot, what)
                      .isEqualTo(Numbers.bits(slots[slot])));
    }
  }
}
