package gradwire.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import gradwire.tensor.TensorKind;
import gradwire.worker.engine.Batch;
import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** The engine's gradient against central differences of a float64 network. */
class GradientTest {
  private static final int BATCH_SIZE = 4;
  private static final double FLOOR = 1e-10;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void denseLayersHaveTheGradientOfTheMeanLoss(long seed) {
    check(
        seed,
        Networks.mlp(),
        LossReduction.MEAN,
        Networks.batch(seed, BATCH_SIZE, 7, 3),
        (parameters, x, y) -> {
          double[][] hidden = Oracle.relu(Oracle.dense(parameters, x, 5));
          return Oracle.crossEntropySum(Oracle.dense(parameters, hidden, 3), y, FLOOR) / BATCH_SIZE;
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aSumLossKeepsTheSum(long seed) {
    check(
        seed,
        Networks.mlp(Networks.builder(), new ClippedCrossEntropySum()),
        LossReduction.SUM,
        Networks.batch(seed, BATCH_SIZE, 7, 3),
        (parameters, x, y) -> {
          double[][] hidden = Oracle.relu(Oracle.dense(parameters, x, 5));
          return Oracle.crossEntropySum(Oracle.dense(parameters, hidden, 3), y, FLOOR);
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anotherLossThanSoftmaxCrossEntropyGoesDl4jsWay(long seed) {
    MultiLayerNetwork network =
        Networks.mlp(Networks.builder(), new LossMCXENT(org.nd4j.linalg.factory.Nd4j.ones(1, 3)));
    check(
        seed,
        network,
        LossReduction.SUM,
        Networks.batch(seed, BATCH_SIZE, 7, 3),
        (parameters, x, y) -> {
          double[][] hidden = Oracle.relu(Oracle.dense(parameters, x, 5));
          return Oracle.crossEntropySum(Oracle.dense(parameters, hidden, 3), y, FLOOR);
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void convolutionsAndPoolingHaveTheGradientOfTheMeanLoss(long seed) {
    check(
        seed,
        Networks.convolutions(),
        LossReduction.MEAN,
        Networks.batch(seed, BATCH_SIZE, 64, 3),
        (parameters, x, y) -> {
          double[][] first = Oracle.maxPool(Oracle.convolution(parameters, x, 1, 8, 3, 2), 6);
          double[][] second = Oracle.relu(Oracle.convolution(parameters, first, 2, 3, 2, 3));
          double[][] hidden = Oracle.relu(Oracle.dense(parameters, second, 5));
          return Oracle.crossEntropySum(Oracle.dense(parameters, hidden, 3), y, FLOOR) / BATCH_SIZE;
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void batchNormHasTheGradientThroughTheBatchStatistics(long seed) {
    check(
        seed,
        Networks.batchNorm(true),
        LossReduction.MEAN,
        Networks.batch(seed, BATCH_SIZE, 7, 3),
        (parameters, x, y) -> {
          double[][] hidden = Oracle.relu(Oracle.dense(parameters, x, 5));
          double[][] normal = Oracle.batchNorm(parameters, hidden);
          return Oracle.crossEntropySum(Oracle.dense(parameters, normal, 3), y, FLOOR) / BATCH_SIZE;
        });
  }

  private static void check(
      long seed,
      MultiLayerNetwork network,
      LossReduction reduction,
      Batch batch,
      Oracle.Network oracle) {
    Dl4jOptions options = new Dl4jOptions(reduction, Map.of());
    try (Dl4jEngine engine = Dl4jEngine.of(network, options)) {
      double loss = engine.computeGradient(batch, 0);
      double[] parameters = Oracle.doubles(engine.parameters());
      double[][] x = Oracle.rows(batch.features().getFirst().memory(), BATCH_SIZE);
      double[][] y = Oracle.rows(batch.labels().getFirst().memory(), BATCH_SIZE);
      assertThat(loss)
          .as("loss, seed %d", seed)
          .isCloseTo(oracle.loss(new Oracle.Reader(parameters), x, y), within(1e-5));
      double[] expected = Oracle.gradient(oracle, parameters, x, y);
      float[] actual = Networks.floats(engine.gradient());
      var layout = engine.layout();
      for (int t = 0; t < layout.tensors().size(); t++) {
        if (layout.tensors().get(t).kind() != TensorKind.STATISTIC) {
          for (int i = (int) layout.offset(t); i < layout.offset(t + 1); i++) {
            assertThat((double) actual[i])
                .as("%s, element %d, seed %d", layout.tensors().get(t).name(), i, seed)
                .isCloseTo(expected[i], within(2e-5 * (1 + Math.abs(expected[i]))));
          }
        }
      }
    }
  }
}
