package gradwire.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.config.ComputeChoice;
import gradwire.config.EngineChoice;
import gradwire.worker.engine.Batch;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNConvHelper;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;

/** DL4J's oneDNN helpers are on, and give the numbers that its own convolutions give. */
class ConvolutionHelperTest {
  private static final String DISABLE = "org.eclipse.deeplearning4j.helpers.disable";

  @Test
  void convolutionsRunOnOneDnn() {
    MultiLayerNetwork network = Networks.leNet();
    assertThat(network.getLayer(0).getHelper()).isInstanceOf(MKLDNNConvHelper.class);
    assertThat(network.getLayer(2).getHelper()).isInstanceOf(MKLDNNConvHelper.class);
    try (Dl4jEngine engine =
        Dl4jEngine.of(network, Dl4jOptions.DEFAULT.with(ComputeChoice.cpu(EngineChoice.DL4J)))) {
      assertThat(engine.backend()).isEqualTo("dl4j-cpu (onednn)");
    }
  }

  @Test
  void gradientsAgreeWithTheHelpersOff() {
    Batch batch = Networks.batch(3, 8, 784, 10);
    float[] with = gradient(Networks.leNet(), batch);
    System.setProperty(DISABLE, "true");
    try {
      MultiLayerNetwork network = Networks.leNet();
      assertThat(network.getLayer(0).getHelper()).isNull();
      float[] without = gradient(network, batch);
      float largest = 0;
      for (float value : without) {
        largest = Math.max(largest, Math.abs(value));
      }
      Networks.assertClose("LeNet", with, without, 1e-5 * largest);
    } finally {
      System.setProperty(DISABLE, "false");
    }
  }

  private static float[] gradient(MultiLayerNetwork network, Batch batch) {
    try (Dl4jEngine engine =
        Dl4jEngine.of(network, Dl4jOptions.DEFAULT.with(ComputeChoice.cpu(EngineChoice.DL4J)))) {
      engine.computeGradient(batch, 0);
      return Networks.floats(engine.gradient());
    }
  }
}
