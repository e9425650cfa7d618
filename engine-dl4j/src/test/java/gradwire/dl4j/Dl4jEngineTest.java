package gradwire.dl4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.config.ComputeChoice;
import gradwire.config.EngineChoice;
import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorKind;
import gradwire.tensor.TensorSpec;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class Dl4jEngineTest {
  @Test
  void leNetsLayoutIsDl4js() {
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.leNet())) {
      FlatLayout layout = engine.layout();
      assertThat(layout.numFloats()).isEqualTo(431_080);
      assertThat(layout.tensors())
          .containsExactly(
              TensorSpec.bias("0_b", 20),
              TensorSpec.weight("0_W", 20, 1, 5, 5),
              TensorSpec.bias("2_b", 50),
              TensorSpec.weight("2_W", 50, 20, 5, 5),
              columnMajor("4_W", 800, 500),
              TensorSpec.bias("4_b", 500),
              columnMajor("5_W", 500, 10),
              TensorSpec.bias("5_b", 10));
      List<Long> offsets = List.of(0L, 20L, 520L, 570L, 25_570L, 425_570L, 426_070L, 431_070L);
      for (int i = 0; i < offsets.size(); i++) {
        assertThat(layout.offset(i)).as("tensor %d", i).isEqualTo(offsets.get(i));
      }
    }
  }

  @Test
  void batchNormsStatisticsAreStatisticsAndItsGainsAreNotDecayed() {
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.batchNorm(true))) {
      assertThat(engine.layout().tensors())
          .filteredOn(tensor -> tensor.name().startsWith("1_"))
          .extracting(TensorSpec::kind)
          .containsExactly(
              TensorKind.BIAS, TensorKind.BIAS, TensorKind.STATISTIC, TensorKind.STATISTIC);
    }
  }

  @Test
  void aGraphsTensorsAreNamedAfterItsVertices() {
    try (Dl4jEngine engine = Dl4jEngine.of(new ComputationGraph(Networks.graph()))) {
      assertThat(engine.layout().tensors())
          .extracting(TensorSpec::name)
          .startsWith("hidden_W", "hidden_b")
          .endsWith("out_W", "out_b");
    }
  }

  @Test
  void tensorsTakeTheCallersNames() {
    Dl4jOptions options = new Dl4jOptions(LossReduction.SUM, Map.of("0_W", "hid_w", "1_b", "sm_b"));
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.mlp(), options)) {
      assertThat(engine.layout().tensors())
          .extracting(TensorSpec::name)
          .containsExactly("hid_w", "0_b", "1_W", "sm_b");
    }
  }

  @Test
  void aNameForATensorThatIsNotThereIsRefused() {
    Dl4jOptions options = new Dl4jOptions(LossReduction.SUM, Map.of("2_W", "hid_w"));
    assertThatThrownBy(() -> Dl4jEngine.of(Networks.mlp(), options))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "tensorNames: expected names of the network's parameters [0_W, 0_b, 1_W, 1_b], got"
                + " [2_W]; correct or remove them");
  }

  @Test
  void theInitialParametersAreTheNetworksAndTheNetworkKeepsItsOwn() {
    MultiLayerNetwork network = Networks.mlp();
    float[] initial = network.params().dup().data().asFloat();
    try (Dl4jEngine engine = Dl4jEngine.of(network)) {
      assertThat(Networks.floats(engine.parameters())).isEqualTo(initial);
      engine.parameters().fill((byte) 0);
      assertThat(network.params().dup().data().asFloat()).isEqualTo(initial);
    }
  }

  @Test
  void whatIsWrittenToTheParametersIsWhatIsComputedWith() {
    Batch batch = Networks.batch(1, 4, 7, 3);
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.mlp())) {
      double loss = engine.computeGradient(batch, 0);
      engine.parameters().fill((byte) 0);
      assertThat(engine.computeGradient(batch, 0))
          .isNotEqualTo(loss)
          .isCloseTo(Math.log(3), within(1e-7));
      float[] uniform = Networks.floats(engine.infer(batch).getFirst().memory());
      assertThat(uniform).containsOnly(1f / 3);
    }
  }

  @Test
  void theNetworksArraysLieInTheEnginesMemory() {
    MultiLayerNetwork network = Networks.mlp();
    var parameters = gradwire.tensor.Floats.allocate(Arena.ofAuto(), network.numParams());
    var gradient = gradwire.tensor.Floats.allocate(Arena.ofAuto(), network.numParams());
    FlatMultiLayerNetwork flat =
        new FlatMultiLayerNetwork(
            network.getLayerWiseConfigurations().clone(),
            SegmentArrays.array(parameters, 1, network.numParams()),
            SegmentArrays.array(gradient, 1, network.numParams()));
    assertThat(flat.params().data().address()).isEqualTo(parameters.address());
    assertThat(flat.getFlattenedGradients().data().address()).isEqualTo(gradient.address());
    flat.getParam("1_b").assign(3);
    assertThat(parameters.getAtIndex(JAVA_FLOAT, network.numParams() - 1)).isEqualTo(3f);
  }

  @Test
  void inferenceIsDl4jsOutput() {
    MultiLayerNetwork network = Networks.convolutionBatchNorm();
    Batch batch = Networks.batch(1, 5, 64, 3);
    try (Dl4jEngine engine =
        Dl4jEngine.of(network, Dl4jOptions.DEFAULT.with(ComputeChoice.cpu(EngineChoice.DL4J)))) {
      FloatTensor output = engine.infer(batch).getFirst();
      assertThat(output.shape()).containsExactly(5, 3);
      float[] expected =
          network.output(Networks.array(batch.features().getFirst())).dup('c').data().asFloat();
      assertThat(Networks.floats(output.memory())).isEqualTo(expected);
    }
  }

  @Test
  void aSavedNetworkComesBackWithItsLoss(@TempDir Path folder) throws IOException {
    Path zip = folder.resolve("model.zip");
    MultiLayerNetwork network = Networks.mlp(Networks.builder(), new ClippedCrossEntropySum());
    Batch batch = Networks.batch(1, 5, 7, 3);
    try (Dl4jEngine engine = Dl4jEngine.of(network)) {
      engine.parameters().setAtIndex(JAVA_FLOAT, 0, 0.75f);
      engine.save(zip);
      MultiLayerNetwork read = MultiLayerNetwork.load(zip.toFile(), false);
      assertThat(read.params().dup().data().asFloat())
          .isEqualTo(Networks.floats(engine.parameters()));
      try (Dl4jEngine again = Dl4jEngine.of(read)) {
        assertThat(again.computeGradient(batch, 0)).isEqualTo(engine.computeGradient(batch, 0));
      }
    }
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(zip);
    }
  }

  @Test
  void aSavedGraphComesBack(@TempDir Path folder) throws IOException {
    Path zip = folder.resolve("graph.zip");
    try (Dl4jEngine engine = Dl4jEngine.of(new ComputationGraph(Networks.graph()))) {
      engine.save(zip);
      ComputationGraph read = ComputationGraph.load(zip.toFile(), false);
      assertThat(read.params().dup().data().asFloat())
          .isEqualTo(Networks.floats(engine.parameters()));
    }
  }

  @Test
  void aFolderThatIsNotThereIsNamed(@TempDir Path folder) {
    Path zip = folder.resolve("none").resolve("model.zip");
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.mlp())) {
      assertThatThrownBy(() -> engine.save(zip))
          .isInstanceOf(GradwireException.class)
          .hasMessageStartingWith(zip + ": expected to write the model there, got ");
    }
  }

  @Test
  void theTrainedParametersGoBackToTheCallersNetwork() {
    MultiLayerNetwork network = Networks.mlp();
    try (Dl4jEngine engine = Dl4jEngine.of(network)) {
      engine.parameters().setAtIndex(JAVA_FLOAT, 3, 0.75f);
      engine.copyParametersTo(network);
      assertThat(network.params().dup().data().asFloat())
          .isEqualTo(Networks.floats(engine.parameters()));
      assertThatThrownBy(() -> engine.copyParametersTo(Networks.dropout()))
          .hasMessageStartingWith("copyParametersTo: expected 58 parameters, got ");
    }
  }

  @Test
  void aBatchOfAnotherWidthIsRefused() {
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.mlp())) {
      assertThatThrownBy(() -> engine.computeGradient(Networks.batch(1, 4, 8, 3), 0))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "features of a dense layer: expected shape [batch, 7], got [batch, 8]; check the"
                  + " batch against the network's sizes");
      assertThatThrownBy(() -> engine.computeGradient(Networks.batch(1, 4, 7, 2), 0))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("expected shape [batch, 3], got [4, 2]");
    }
  }

  @Test
  void aBatchWhoseLabelsAreOfAnotherNumberIsRefused() {
    Batch four = Networks.batch(1, 4, 7, 3);
    Batch five = Networks.batch(1, 5, 7, 3);
    Batch mixed = Batch.of(five.features().getFirst(), four.labels().getFirst());
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.mlp())) {
      assertThatThrownBy(() -> engine.computeGradient(mixed, 0))
          .isInstanceOf(UsageException.class)
          .hasMessage("batch: expected 5 labels, one for each example, got 4; check the source");
    }
  }

  @Test
  void aBatchWhoseMemoryIsGoneIsRefused() {
    FloatTensor gone;
    try (Arena arena = Arena.ofConfined()) {
      gone = FloatTensor.zeros(arena, 4, 7);
    }
    Batch batch = Batch.of(gone, Networks.batch(1, 4, 7, 3).labels().getFirst());
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.mlp())) {
      assertThatThrownBy(() -> engine.computeGradient(batch, 0))
          .isInstanceOf(GradwireException.class)
          .hasMessageContaining("arena is closed");
    }
  }

  @Test
  void anotherDataTypeThanFloatIsRefused() {
    MultiLayerNetwork network =
        Networks.mlp(Networks.builder().dataType(DataType.DOUBLE), new ClippedCrossEntropySum());
    assertThatThrownBy(() -> Dl4jEngine.of(network))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "network: expected data type FLOAT, got DOUBLE; set .dataType(DataType.FLOAT) in the"
                + " configuration");
  }

  private static TensorSpec columnMajor(String name, long rows, long columns) {
    return new TensorSpec(
        name, List.of(rows, columns), TensorSpec.Order.COLUMN_MAJOR, TensorKind.WEIGHT);
  }
}
