package gradwire.dl4j;

import gradwire.worker.engine.Batch;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Ten steps of plain SGD by the engine's gradients, against DL4J's own {@code fit}. */
class DescentTest {
  private static final int NUM_STEPS = 10;

  @Test
  void denseLayersArriveWhereFitDoes() {
    check(Networks.mlp(), 7);
  }

  @Test
  void convolutionsArriveWhereFitDoes() {
    check(Networks.convolutions(), 64);
  }

  @Test
  void batchNormsRunningDeviationArrivesWhereFitsDoes() {
    check(Networks.batchNorm(true), 7);
  }

  @Test
  void batchNormsRunningVarianceArrivesWhereFitsDoes() {
    check(Networks.batchNorm(false), 7);
  }

  @Test
  void batchNormOfImagesArrivesWhereFitDoes() {
    check(Networks.convolutionBatchNorm(), 64);
  }

  @Test
  void aNetworkThatSumsOverTheBatchArrivesWhereFitDoes() {
    check(Networks.mlp(Networks.builder().miniBatch(false), new ClippedCrossEntropySum()), 7);
  }

  @Test
  void aGraphArrivesWhereFitDoes() {
    ComputationGraph graph = new ComputationGraph(Networks.graph());
    try (Dl4jEngine engine = Dl4jEngine.of(graph)) {
      for (int step = 0; step < NUM_STEPS; step++) {
        Batch batch = Networks.batch(step, 6, 7, 3);
        engine.computeGradient(batch, step);
        Networks.descend(engine, Networks.LEARNING_RATE);
        graph.fit(new INDArray[] {features(batch)}, new INDArray[] {labels(batch)});
      }
      assertEqual(engine, graph.params());
    }
  }

  private static void check(MultiLayerNetwork network, int numFeatures) {
    try (Dl4jEngine engine = Dl4jEngine.of(network)) {
      for (int step = 0; step < NUM_STEPS; step++) {
        Batch batch = Networks.batch(step, 6, numFeatures, 3);
        engine.computeGradient(batch, step);
        Networks.descend(engine, Networks.LEARNING_RATE);
        network.fit(features(batch), labels(batch));
      }
      assertEqual(engine, network.params());
    }
  }

  private static void assertEqual(Dl4jEngine engine, INDArray expected) {
    Networks.assertClose(
        engine.layout().tensors().toString(),
        Networks.floats(engine.parameters()),
        expected.dup('c').data().asFloat(),
        2e-6);
  }

  private static INDArray features(Batch batch) {
    return Networks.array(batch.features().getFirst());
  }

  private static INDArray labels(Batch batch) {
    return Networks.array(batch.labels().getFirst());
  }
}
