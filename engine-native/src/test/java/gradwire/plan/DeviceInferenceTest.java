package gradwire.plan;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.cuda.testing.DriverInPlace;
import gradwire.error.UsageException;
import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.SoftmaxLoss;
import gradwire.plan.device.DevicePlan;
import gradwire.plan.device.DeviceVectors;
import gradwire.plan.device.Gpu;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes into a network on a GPU, and what comes out, on the double of a device. */
class DeviceInferenceTest {
  private static final long SEED = 20_261;

  private static DriverInPlace driver;
  private static Gpu gpu;

  @BeforeAll
  static void open() {
    driver = DriverInPlace.put();
    gpu = Gpu.open(0);
  }

  @AfterAll
  static void close() {
    if (gpu != null) {
      gpu.close();
      driver.close();
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {-1, 5, 0.5f, Float.NaN})
  void aBatchWithAnIdThatHasNoVectorIsRefused(float id) {
    Nets net = new Nets().embedding(5, 4, Embedding.Ids.ONE, true, true);
    Plan.Use use = new Plan.Use(Shape.flat(1), 2, false);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = GuardedMemory.floats(arena, net.numFloats());
      MemorySegment gradient = GuardedMemory.floats(arena, net.numFloats());
      MemorySegment ids = arena.allocateFrom(JAVA_FLOAT, 4, id);
      MemorySegment outputs = GuardedMemory.floats(arena, 2 * 4);
      try (DeviceVectors vectors =
              new DeviceVectors(gpu, parameters, gradient, List.of(parameters, gradient));
          Plan plan = new DevicePlan(net.with(Nets.SQUARED), use, vectors)) {
        assertThatThrownBy(() -> plan.infer(ids, outputs))
            .isInstanceOf(UsageException.class)
            .hasMessageContaining(
                "ids of an embedding, example 1: expected whole numbers from 0 to 4");
      }
    }
  }

  @Test
  void outputsOfEveryTimeStepComeInTheOrderOfLabels() {
    Nets net = Nets.ofImages().lstm(3, 5).dense(5, 4, Activation.IDENTITY).withLossOfSteps();
    NetworkSpec network = net.with(new Loss.Softmax(SoftmaxLoss.CROSS_ENTROPY));
    Plan.Use use = new Plan.Use(Shape.sequence(6, 3), 2, false);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = uniform(arena, net.numFloats());
      MemorySegment gradient = GuardedMemory.floats(arena, net.numFloats());
      MemorySegment batch = uniform(arena, 2 * 6 * 3);
      MemorySegment outputs = GuardedMemory.floats(arena, 2 * 4 * 6);
      MemorySegment expected = GuardedMemory.floats(arena, 2 * 4 * 6);
      try (DeviceVectors vectors =
              new DeviceVectors(gpu, parameters, gradient, List.of(parameters, gradient));
          Plan plan = new DevicePlan(network, use, vectors);
          Plan onCpu = new ExecutionPlan(network, use, parameters, gradient)) {
        plan.infer(batch, outputs);
        onCpu.infer(batch, expected);
        assertThat(outputs.toArray(JAVA_FLOAT))
            .containsExactly(expected.toArray(JAVA_FLOAT), within(1e-6f));
      }
    }
  }

  private static MemorySegment uniform(Arena arena, long count) {
    MemorySegment values = GuardedMemory.floats(arena, count);
    Random random = new Random(SEED);
    for (long i = 0; i < count; i++) {
      values.setAtIndex(JAVA_FLOAT, i, random.nextFloat() - 0.5f);
    }
    return values;
  }
}
