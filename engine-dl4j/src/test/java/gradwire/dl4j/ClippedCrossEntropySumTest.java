package gradwire.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.error.UsageException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ClippedCrossEntropySumTest {
  private static final ClippedCrossEntropySum LOSS = new ClippedCrossEntropySum();

  /** Row 0 within the clip, row 1 with the label's probability far below it. */
  private static final float[][] LOGITS = {{0.5f, -1, 2}, {60, 0, 1}};

  private static final float[][] LABELS = {{0, 0.25f, 0.75f}, {0, 1, 0}};

  static {
    Nd4jSetup.ensure();
  }

  private final INDArray z = Nd4j.createFromArray(LOGITS);
  private final INDArray y = Nd4j.createFromArray(LABELS);
  private final ActivationSoftmax softmax = new ActivationSoftmax();

  @Test
  void theScoreIsTheClippedSum() {
    double expected = Oracle.crossEntropySum(doubles(LOGITS), doubles(LABELS), 1e-10);
    assertThat(LOSS.computeScore(y, z, softmax, null, false)).isCloseTo(expected, within(1e-9));
    assertThat(LOSS.computeScore(y, z, softmax, null, true)).isCloseTo(expected / 2, within(1e-9));
    assertThat(LOSS.computeScoreArray(y, z, softmax, null).getDouble(1))
        .isCloseTo(-Math.log(1e-10), within(1e-5));
  }

  @Test
  void theGradientIsThatOfTheClippedSum() {
    INDArray gradient = LOSS.computeGradient(y, z, softmax, null);
    double[][] moved = doubles(LOGITS);
    for (int row = 0; row < 2; row++) {
      for (int c = 0; c < 3; c++) {
        double kept = moved[row][c];
        moved[row][c] = kept + 1e-6;
        double above = Oracle.crossEntropySum(moved, doubles(LABELS), 1e-10);
        moved[row][c] = kept - 1e-6;
        double below = Oracle.crossEntropySum(moved, doubles(LABELS), 1e-10);
        moved[row][c] = kept;
        assertThat(gradient.getDouble(row, c))
            .as("row %d, class %d", row, c)
            .isCloseTo((above - below) / 2e-6, within(1e-7));
      }
    }
  }

  @Test
  void aClippedProbabilityHasNoGradient() {
    INDArray gradient = LOSS.computeGradient(y, z, softmax, null);
    assertThat(gradient.getRow(1).dup().data().asFloat()).containsOnly(0);
  }

  @Test
  void theLogitsAreLeftAsTheyWere() {
    LOSS.computeGradientAndScore(y, z, softmax, null, false);
    assertThat(z.toFloatMatrix()).isDeepEqualTo(LOGITS);
  }

  @Test
  void goesThroughANetworksJson() {
    String json = Networks.mlp(Networks.builder(), LOSS).getLayerWiseConfigurations().toJson();
    var output =
        (org.deeplearning4j.nn.conf.layers.OutputLayer)
            MultiLayerConfiguration.fromJson(json).getConf(1).getLayer();
    assertThat(output.getLossFn()).isEqualTo(LOSS).hasSameHashCodeAs(LOSS);
  }

  @Test
  void anotherActivationThanSoftmaxIsRefused() {
    assertThatThrownBy(() -> LOSS.computeGradient(y, z, new ActivationSigmoid(), null))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "ClippedCrossEntropySum: expected softmax activation on the output layer, got sigmoid;"
                + " set .activation(Activation.SOFTMAX)");
  }

  @Test
  void aMaskIsRefused() {
    assertThatThrownBy(() -> LOSS.computeGradient(y, z, softmax, Nd4j.ones(2, 1)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("no label mask");
  }

  private static double[][] doubles(float[][] floats) {
    double[][] doubles = new double[floats.length][floats[0].length];
    for (int i = 0; i < floats.length; i++) {
      for (int j = 0; j < floats[i].length; j++) {
        doubles[i][j] = floats[i][j];
      }
    }
    return doubles;
  }
}
