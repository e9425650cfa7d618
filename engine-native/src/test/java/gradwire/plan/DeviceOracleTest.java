package gradwire.plan;

import gradwire.cuda.testing.DriverInPlace;
import gradwire.plan.device.DevicePlan;
import gradwire.plan.device.DeviceVectors;
import gradwire.plan.device.Gpu;
import gradwire.worker.engine.StepFlow;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a GPU computes against the oracle that the CPU's layers have, on the double of a device. */
class DeviceOracleTest {
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("gradwire.plan.LayerOracleTest#losses")
  void lossesAreTheOracles(Loss loss, boolean oneHot) {
    Nets net = LayerOracleTest.small();
    OracleCheck.check(DeviceOracleTest::plan, net.with(loss), net, Shape.flat(7), 5, oneHot);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("gradwire.plan.OracleCases#networks")
  void valuesAndGradientsAreTheOracles(
      String name, Nets net, Shape input, int batchSize, Loss loss) {
    NetworkSpec network = net.with(loss);
    OracleCheck.check(DeviceOracleTest::plan, network, net, input, batchSize, false);
  }

  private static Plan plan(
      NetworkSpec network, Plan.Use use, MemorySegment parameters, MemorySegment gradient) {
    DeviceVectors vectors =
        new DeviceVectors(gpu, parameters, gradient, List.of(parameters, gradient));
    return new WithVectors(new DevicePlan(network, use, vectors), vectors);
  }

  /** Closes both. */
  private record WithVectors(Plan plan, DeviceVectors vectors) implements Plan {
    @Override
    public Shape output() {
      return plan.output();
    }

    @Override
    public double computeGradient(
        MemorySegment features, MemorySegment labels, double scale, long key, StepFlow flow) {
      return plan.computeGradient(features, labels, scale, key, flow);
    }

    @Override
    public void infer(MemorySegment features, MemorySegment outputs) {
      plan.infer(features, outputs);
    }

    @Override
    public void close() {
      plan.close();
      vectors.close();
    }
  }
}
