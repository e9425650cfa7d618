package gradwire.plan;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.UsageException;
import gradwire.kernels.testing.DriverInPlace;
import gradwire.plan.device.DevicePlan;
import gradwire.plan.device.DeviceVectors;
import gradwire.plan.device.Gpu;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes into a network on a GPU, and what comes out, on the double of a device. */
class DeviceInferenceTest {
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
      try (DeviceVectors vectors = new DeviceVectors(gpu, parameters, gradient);
          Plan plan = new DevicePlan(net.with(Nets.SQUARED), use, vectors)) {
        assertThatThrownBy(() -> plan.infer(ids, outputs))
            .isInstanceOf(UsageException.class)
            .hasMessageContaining(
                "ids of an embedding, example 1: expected whole numbers from 0 to 4");
      }
    }
  }
}
