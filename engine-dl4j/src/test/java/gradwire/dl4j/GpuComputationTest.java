package gradwire.dl4j;

import static gradwire.dl4j.BothEngines.COMPILED;
import static gradwire.dl4j.BothEngines.batch;
import static gradwire.dl4j.BothEngines.lstm;
import static gradwire.dl4j.BothEngines.sequence;
import static gradwire.dl4j.BothEngines.softmax;
import static gradwire.dl4j.BothEngines.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.config.ComputeChoice;
import gradwire.config.EngineChoice;
import gradwire.cuda.testing.DriverDouble;
import gradwire.cuda.testing.DriverInPlace;
import gradwire.error.UsageException;
import gradwire.kernels.cuda.CudaException;
import gradwire.worker.engine.Batch;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks on a GPU, which is a double of one, beside the same networks on this processor. */
final class GpuComputationTest {
  private static final int OUT_OF_MEMORY = 2;
  private static final int NOT_SUPPORTED = 801;

  private DriverInPlace driver;

  @BeforeEach
  void putDriver() {
    driver = DriverInPlace.put();
  }

  @AfterEach
  void takeDriver() {
    driver.close();
  }

  private static Dl4jOptions onGpu(int index) {
    return Dl4jOptions.DEFAULT.with(new ComputeChoice(EngineChoice.AUTO, OptionalInt.of(index)));
  }

  private static Dl4jEngine engine(MultiLayerNetwork network) {
    return Dl4jEngine.of(network, onGpu(0));
  }

  static Stream<Arguments> networks() {
    return Stream.of(
        network("MLP", Networks::mlp, 7, 3),
        network(
            "clipped", () -> Networks.mlp(Networks.builder(), new ClippedCrossEntropySum()), 7, 3),
        network("convolutions", Networks::convolutions, 64, 3),
        network("LeNet", Networks::leNet, 784, 10),
        network("batch norm", () -> Networks.batchNorm(true), 7, 3),
        network("dropout", Networks::dropout, 7, 3));
  }

  private static Arguments network(
      String name, Supplier<MultiLayerNetwork> network, int numFeatures, int numClasses) {
    return Arguments.of(name, network, numFeatures, numClasses);
  }

  /** Rounding of one step is carried into the next: 20 steps at rate 0.1. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void staysWithTheProcessorForTwentySteps(
      String name, Supplier<MultiLayerNetwork> maker, int numFeatures, int numClasses) {
    MultiLayerNetwork network = maker.get();
    Batch batch = batch(8, new long[] {numFeatures}, numClasses);
    try (Dl4jEngine gpu = engine(network);
        Dl4jEngine cpu = Dl4jEngine.of(network, COMPILED)) {
      assertThat(gpu.backend()).startsWith("native-cuda (");
      assertThat(cpu.backend()).startsWith("native-cpu (");
      assertThat(gpu.computeGradient(batch, 1))
          .isCloseTo(cpu.computeGradient(batch, 1), within(1e-5));
      train(name, gpu, cpu, batch, 1e-5);
      Networks.assertClose(
          name + ", outputs",
          Networks.floats(gpu.infer(batch).getFirst().memory()),
          Networks.floats(cpu.infer(batch).getFirst().memory()),
          1e-5);
    }
  }

  @Test
  void aResidualGraphStaysWithTheProcessorForTwentySteps() {
    var graph = NativeGraphsTest.residual();
    try (Dl4jEngine gpu = Dl4jEngine.of(graph, onGpu(0));
        Dl4jEngine cpu = Dl4jEngine.of(graph, COMPILED)) {
      train("residual graph", gpu, cpu, batch(8, new long[] {3, 8, 7}, 3), 1e-5);
    }
  }

  @Test
  void anLstmStaysWithTheProcessorForTwentySteps() {
    MultiLayerNetwork network = sequence(new LastTimeStep(lstm(5)), softmax());
    try (Dl4jEngine gpu = engine(network);
        Dl4jEngine cpu = Dl4jEngine.of(network, COMPILED)) {
      train("LSTM", gpu, cpu, batch(8, new long[] {3, 6}, 3), 1e-5);
    }
  }

  @Test
  void batchesOfManySizesTakeTurns() {
    MultiLayerNetwork network = Networks.mlp();
    try (Dl4jEngine gpu = engine(network);
        Dl4jEngine cpu = Dl4jEngine.of(network, COMPILED)) {
      for (int size : new int[] {1, 2, 3, 4, 5, 6, 1, 100, 3}) {
        Batch batch = batch(size, new long[] {7}, 3);
        assertThat(gpu.computeGradient(batch, 1))
            .isCloseTo(cpu.computeGradient(batch, 1), within(1e-5));
      }
    }
  }

  @Test
  void workersCountRoundTheGpusThatThereAre() {
    DriverDouble twoGpus = DriverDouble.find().orElseThrow();
    twoGpus.setDevices(2);
    assertThat(backend(2)).startsWith("native-cuda (Double of a device, ");
    assertThat(backend(3)).startsWith("native-cuda (Double of device 1, ");
  }

  private static String backend(int index) {
    try (Dl4jEngine gpu = Dl4jEngine.of(Networks.mlp(), onGpu(index))) {
      return gpu.backend();
    }
  }

  /** Some kernels refuse to register memory of files; the bits don't depend on it. */
  @Test
  void memoryThatCannotBeRegisteredIsCopied() {
    Batch batch = batch(8, new long[] {7}, 3);
    MultiLayerNetwork network = Networks.mlp();
    try (Dl4jEngine registered = engine(network)) {
      DriverDouble.find().orElseThrow().plant("cuMemHostRegister_v2", 0, NOT_SUPPORTED);
      try (Dl4jEngine copied = engine(network)) {
        train("copied", copied, registered, batch, 0);
      }
    }
  }

  @Test
  void tooLittleMemoryIsSaidWithTheSizesAndGivesBackWhatItHad() {
    DriverDouble.find().orElseThrow().setMemoryLimit(100_000);
    assertThatThrownBy(() -> engine(Networks.leNet()))
        .hasMessageContaining("bytes on device 0")
        .hasMessageContaining("of 100,000 bytes are free");
  }

  @Test
  void aBatchThatIsTooLargeLeavesTheEngineUsable() {
    try (Dl4jEngine gpu = engine(Networks.mlp())) {
      DriverDouble.find().orElseThrow().plant("cuMemAlloc_v2", 3, OUT_OF_MEMORY);
      assertThatThrownBy(() -> gpu.computeGradient(batch(8, new long[] {7}, 3), 1))
          .isInstanceOf(CudaException.class);
      assertThat(gpu.computeGradient(batch(8, new long[] {7}, 3), 1)).isFinite();
    }
  }

  @Test
  void aLostDeviceEndsTheStepWithItsName() {
    try (Dl4jEngine gpu = engine(Networks.mlp())) {
      gpu.computeGradient(batch(8, new long[] {7}, 3), 1);
      DriverDouble.find().orElseThrow().loseDevice();
      assertThatThrownBy(() -> gpu.computeGradient(batch(8, new long[] {7}, 3), 1))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("CUDA_ERROR_LAUNCH_FAILED");
    }
  }

  @Test
  void anOldDriverIsNamed() {
    DriverDouble.find().orElseThrow().setDriverVersion(12_080);
    assertThatThrownBy(() -> engine(Networks.mlp()))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("estimator.use_gpu: expected a GPU of compute capability 7.5")
        .hasMessageContaining("driver for CUDA 12.8");
  }
}
