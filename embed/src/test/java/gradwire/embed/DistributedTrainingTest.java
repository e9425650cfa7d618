package gradwire.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.config.ComputeTarget;
import gradwire.config.Consistency;
import gradwire.config.EngineChoice;
import gradwire.config.StopAt;
import gradwire.config.Training;
import gradwire.error.GradwireException;
import gradwire.error.UsageException;
import gradwire.update.OptimizerSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

final class DistributedTrainingTest {
  @TempDir Path runs;

  @Test
  void theCallersOwnNetworkComesBackTrained() {
    MultiLayerNetwork network = Blobs.network(new Adam(0.01));
    INDArray before = network.params().dup();
    TrainedNetwork<MultiLayerNetwork> trained =
        training(network, iterator(1, 600, 20))
            .workers(2)
            .servers(2)
            .epochs(5)
            .evaluate(iterator(2, 301, 50))
            .runAndReport();
    assertThat(trained.network()).isSameAs(network);
    assertThat(network.params()).isNotEqualTo(before);
    assertThat(trained.result().globalSteps()).isEqualTo(5 * 600 / (20 * 2));
    double accuracy = network.evaluate(iterator(2, 301, 50)).accuracy();
    assertThat(accuracy).isGreaterThan(0.97);
    assertThat(trained.result().metrics().get("testAccuracy")).isCloseTo(accuracy, within(1e-9));
    assertThat(trained.folder().resolve("model/model.zip")).exists();
    assertThat(trained.folder().resolve("input/train.safetensors")).doesNotExist();
  }

  @Test
  void everyExampleIsUsedOncePerEpochAsInAnEpochOfDl4jsOwnFit() {
    DataSet all = Blobs.examples(3, 94);
    MultiLayerNetwork ours = Blobs.network(new Sgd(0.1));
    MultiLayerNetwork dl4js = Blobs.network(new Sgd(0.1));
    training(ours, new ListDataSetIterator<>(all.asList(), 13))
        .workers(2)
        .batchSize(47)
        .epochs(6)
        .run();
    for (int epoch = 0; epoch < 6; epoch++) {
      dl4js.fit(all);
    }
    assertThat(ours.params().squaredDistance(dl4js.params())).isLessThan(1e-10);
    assertThat(ours.params().squaredDistance(Blobs.network(new Sgd(0.1)).params()))
        .isGreaterThan(1e-3);
  }

  @Test
  void onProcessesASyncRunGivesTheSameBitsAsInThisJvm() {
    MultiLayerNetwork here = Blobs.network(new Adam(0.01));
    MultiLayerNetwork there = Blobs.network(new Adam(0.01));
    String inThisJvm = sha256(here, ComputeTarget.INPROCESS);
    assertThat(sha256(there, ComputeTarget.LOCAL)).isEqualTo(inThisJvm);
    assertThat(there.params()).isEqualTo(here.params());
  }

  private String sha256(MultiLayerNetwork network, ComputeTarget target) {
    return String.valueOf(
        training(network, iterator(4, 101, 10))
            .workers(2)
            .servers(2)
            .on(target)
            .runAndReport()
            .result()
            .parametersSha256());
  }

  @Test
  void asynchronousWorkersLearnTooAndTakeAStepPerBatch() {
    MultiLayerNetwork network = Blobs.network(new Adam(0.01));
    TrainedNetwork<MultiLayerNetwork> trained =
        training(network, iterator(1, 600, 20))
            .workers(2)
            .epochs(5)
            .consistency(new Consistency.Async())
            .runAndReport();
    long numBatches = 5 * 600 / 20; // the other worker may be at a last one of its own
    assertThat(trained.result().globalSteps()).isBetween(numBatches, numBatches + 1);
    assertThat(network.evaluate(iterator(2, 300, 50)).accuracy()).isGreaterThan(0.97);
  }

  @Test
  void anOptimizerThatServersDontHaveMayBeReplaced() {
    assertThatThrownBy(() -> training(Blobs.network(new RmsProp(0.01)), iterator(1, 60, 20)).run())
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining("RmsProp")
        .hasMessageContaining("call optimizer");
    MultiLayerNetwork network = Blobs.network(new RmsProp(0.01));
    training(network, iterator(1, 600, 20))
        .optimizer(OptimizerSpec.of("rmsprop", Map.of("learning_rate", 0.01)))
        .epochs(3)
        .run();
    assertThat(network.evaluate(iterator(2, 300, 50)).accuracy()).isGreaterThan(0.97);
  }

  @Test
  void dl4jsLayersOnAGpuAreRefusedAndNothingIsLeft() {
    assertThatThrownBy(
            () ->
                training(Blobs.network(new Adam(0.01)), iterator(1, 60, 20))
                    .training(with(Optional.empty(), EngineChoice.DL4J))
                    .useGpu()
                    .run())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("estimator.use_gpu: expected engine auto or native");
    assertThat(runs.resolve("test")).isEmptyDirectory();
  }

  @ParameterizedTest
  @EnumSource(ComputeTarget.class)
  void aFailedRunLeavesTheNetworkAsItWasAndSaysWhereToLook(ComputeTarget target) {
    MultiLayerNetwork network = Blobs.network(new Adam(0.01));
    INDArray before = network.params().dup();
    Training stopping = with(Optional.of(new StopAt("beauty", 1)), EngineChoice.AUTO);
    assertThatThrownBy(
            () ->
                training(network, iterator(1, 60, 20))
                    .evaluate(iterator(2, 30, 10))
                    .training(stopping)
                    .on(target)
                    .run())
        .isInstanceOf(GradwireException.class)
        .hasMessageContaining("expected one of [test_accuracy], got beauty")
        .hasMessageContaining("its files: " + runs);
    assertThat(network.params()).isEqualTo(before);
  }

  private static Training with(Optional<StopAt> stopAt, EngineChoice engine) {
    return new Training(
        Training.DEFAULT.consistency(),
        1,
        Training.DEFAULT.wire(),
        Training.DEFAULT.checkpoint(),
        stopAt,
        1,
        Optional.empty(),
        30,
        2,
        Training.DEFAULT.transport(),
        Training.DEFAULT.tls(),
        false,
        Training.DEFAULT.replicas(),
        engine);
  }

  private DistributedTraining<MultiLayerNetwork> training(
      MultiLayerNetwork network, DataSetIterator examples) {
    return DistributedTraining.of(network, examples).runs(runs, "test");
  }

  private static DataSetIterator iterator(long seed, int count, int batchSize) {
    List<DataSet> examples = Blobs.examples(seed, count).asList();
    return new ListDataSetIterator<>(examples, batchSize);
  }
}
