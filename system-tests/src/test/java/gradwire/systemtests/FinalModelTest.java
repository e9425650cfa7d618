package gradwire.systemtests;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import gradwire.run.RunResult;
import gradwire.safetensors.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The two forms in which a run leaves its model are one model. */
final class FinalModelTest {
  private static final Map<String, String> DL4J_NAMES =
      Map.of("hid_w", "0_W", "hid_b", "0_b", "sm_w", "1_W", "sm_b", "1_b");

  @TempDir Path folder;

  @Test
  void dl4jReadsTheZipAndFindsTheWeightsOfTheNeutralFileAndOfTheHash() throws IOException {
    Path data = SmallMnist.write(folder.resolve("data"), 5_500, 100);
    RunResult result =
        InProcessRun.succeeding(
            Repository.REFERENCE_JOB,
            folder.resolve("run"),
            "estimator.script_params.data_dir=" + data,
            "estimator.script_params.train_steps=20");
    Path model = folder.resolve("run/model");
    MultiLayerNetwork network =
        ModelSerializer.restoreMultiLayerNetwork(model.resolve("model.zip").toFile(), false);
    MemorySegment flat = MemorySegment.ofArray(network.params().dup().data().asFloat());
    assertThat(SafetensorsFile.sha256(List.of(flat))).isEqualTo(result.parametersSha256());
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsFile file = SafetensorsFile.read(model.resolve("weights.safetensors"), arena);
      assertThat(file.tensors())
          .extracting(SafetensorsFile.Entry::name)
          .containsExactly("hid_w", "hid_b", "sm_w", "sm_b");
      assertThat(file.metadata()).containsEntry("step", String.valueOf(result.globalSteps()));
      file.tensors().forEach(tensor -> assertSame(tensor, network));
    }
  }

  private static void assertSame(SafetensorsFile.Entry tensor, MultiLayerNetwork network) {
    INDArray expected = network.getParam(DL4J_NAMES.get(tensor.name()));
    assertThat(expected.length()).isEqualTo(tensor.shape().stream().reduce(1L, (a, b) -> a * b));
    assertThat(tensor.values().toArray(JAVA_FLOAT))
        .as(tensor.name())
        .containsExactly(expected.dup('c').data().asFloat());
  }
}
