package gradwire.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.IteratorMultiDataSetIterator;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

final class GraphTrainingTest {
  @TempDir Path runs;

  @Test
  void aGraphOfTwoInputsComesBackTrained() {
    ComputationGraph graph = graph();
    TrainedNetwork<ComputationGraph> trained =
        DistributedTraining.of(graph, iterator(1, 600))
            .workers(2)
            .epochs(5)
            .evaluate(iterator(2, 300))
            .runs(runs, "test")
            .runAndReport();
    assertThat(trained.network()).isSameAs(graph);
    assertThat(trained.result().metrics().get("testAccuracy"))
        .isGreaterThan(0.97)
        .isEqualTo(graph.evaluate(iterator(2, 300)).accuracy());
  }

  @Test
  void oneInputForAGraphOfTwoIsRefused() {
    ListDataSetIterator<DataSet> single =
        new ListDataSetIterator<>(Blobs.examples(1, 20).asList(), 10);
    assertThatThrownBy(() -> DistributedTraining.of(graph(), single).runs(runs, "test").run())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("training data: expected 2 arrays of features")
        .hasMessageContaining("got 1; check network and iterator");
  }

  private static MultiDataSetIterator iterator(long seed, int count) {
    List<org.nd4j.linalg.dataset.api.MultiDataSet> batches = new ArrayList<>();
    for (DataSet batch : Blobs.examples(seed, count).batchBy(20)) {
      INDArray[] features = {
        columns(batch.getFeatures(), 0, 2), columns(batch.getFeatures(), 2, Blobs.NUM_FEATURES)
      };
      batches.add(new MultiDataSet(features, new INDArray[] {batch.getLabels()}));
    }
    return new IteratorMultiDataSetIterator(batches.iterator(), 20);
  }

  private static INDArray columns(INDArray array, int from, int to) {
    return array.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to));
  }

  private static ComputationGraph graph() {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(7)
            .updater(new Adam(0.01))
            .graphBuilder()
            .addInputs("left", "right")
            .addVertex("both", new MergeVertex(), "left", "right")
            .addLayer(
                "hidden",
                new DenseLayer.Builder()
                    .nIn(Blobs.NUM_FEATURES)
                    .nOut(11)
                    .activation(Activation.TANH)
                    .build(),
                "both")
            .addLayer(
                "output",
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(11)
                    .nOut(Blobs.NUM_CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build(),
                "hidden")
            .setOutputs("output")
            .build();
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    return graph;
  }
}
