package gradwire.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.api.AbstractThrowableAssert;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

final class RefusalsTest {
  @TempDir Path runs;

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    Path experiment = runs.resolve("test");
    if (Files.exists(experiment)) {
      try (var folders = Files.list(experiment)) {
        assertThat(folders).isEmpty();
      }
    }
  }

  @Test
  void anEmptyIterator() {
    refused(training(iterator()))
        .hasMessageContaining("training data: expected at least 1 example, got 0; reset");
  }

  @Test
  void masks() {
    DataSet masked = Blobs.examples(1, 6);
    masked.setLabelsMaskArray(Nd4j.ones(6, 1));
    refused(training(iterator(masked)))
        .hasMessageContaining("training data: expected examples without masks, got a mask array");
  }

  @Test
  void missingLabels() {
    DataSet unlabelled = new DataSet(Nd4j.ones(6, 4), null);
    refused(training(iterator(unlabelled)))
        .hasMessageContaining("training data: expected labels in every minibatch, got none");
  }

  @Test
  void featuresThatAreNotAsWideAsTheNetwork() {
    refused(training(Blobs.network(new Adam(0.1), 5), iterator(Blobs.examples(1, 6))))
        .hasMessageContaining("training data: expected examples that fit the network")
        .hasMessageContaining("features [[4]], labels [[3]]")
        .hasMessageContaining("check nIn and nOut");
  }

  @Test
  void labelsThatAreNotAsWideAsTheNetwork() {
    DataSet twoClasses = new DataSet(Nd4j.ones(6, 4), Nd4j.ones(6, 2));
    refused(training(iterator(twoClasses)))
        .hasMessageContaining("features [[4]], labels [[2]]")
        .hasMessageContaining("check nIn and nOut");
  }

  @Test
  void examplesOfDifferentShapes() {
    DataSet wider = new DataSet(Nd4j.ones(6, 5), Nd4j.ones(6, 3));
    refused(training(iterator(Blobs.examples(1, 6), wider)))
        .hasMessageContaining("training data, features-0: expected shape [6, 4]")
        .hasMessageContaining("got [6, 5]");
  }

  @Test
  void testExamplesUnlikeTheTrainingExamples() {
    DataSet wider = new DataSet(Nd4j.ones(6, 5), Nd4j.ones(6, 3));
    refused(training(iterator(Blobs.examples(1, 6))).evaluate(iterator(wider)))
        .hasMessageContaining("test data: expected examples as those trained on")
        .hasMessageContaining("features [[5]]");
  }

  @Test
  void countsBelowOne() {
    DistributedTraining<MultiLayerNetwork> training = training(iterator(Blobs.examples(1, 6)));
    assertThatThrownBy(() -> training.workers(0))
        .hasMessage("workers: expected at least 1, got 0; try 1");
    assertThatThrownBy(() -> training.servers(-1)).hasMessageStartingWith("servers: ");
    assertThatThrownBy(() -> training.epochs(0)).hasMessageStartingWith("epochs: ");
    assertThatThrownBy(() -> training.batchSize(0)).hasMessageStartingWith("batchSize: ");
  }

  private DistributedTraining<MultiLayerNetwork> training(DataSetIterator examples) {
    return training(Blobs.network(new Adam(0.1)), examples);
  }

  private DistributedTraining<MultiLayerNetwork> training(
      MultiLayerNetwork network, DataSetIterator examples) {
    return DistributedTraining.of(network, examples).runs(runs, "test");
  }

  private static DataSetIterator iterator(DataSet... batches) {
    return new WholeBatches(Arrays.asList(batches));
  }

  private static AbstractThrowableAssert<?, ?> refused(DistributedTraining<?> training) {
    return assertThatThrownBy(training::run).isInstanceOf(UsageException.class);
  }
}
