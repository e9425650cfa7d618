package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.config.Consistency;
import gradwire.embed.DistributedTraining;
import gradwire.embed.TrainedNetwork;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Statistics and random draws do not depend on the number of servers or on timing either. */
final class NormAndDropoutBitsTest {
  private static final int NUM_EXAMPLES = 240;
  private static final int NUM_FEATURES = 12;
  private static final int NUM_CLASSES = 3;

  @TempDir Path runs;

  @Test
  void oneTwoOrFiveServersAndARepeatGiveTheSameBits() {
    String expected = sha256(1, 7);
    assertThat(sha256(1, 7)).isEqualTo(expected);
    assertThat(sha256(2, 7)).isEqualTo(expected);
    assertThat(sha256(5, 7)).isEqualTo(expected);
    assertThat(sha256(1, 8)).as("another seed").isNotEqualTo(expected);
  }

  private String sha256(int numServers, long seed) {
    TrainedNetwork<MultiLayerNetwork> trained =
        DistributedTraining.of(network(), examples())
            .workers(3)
            .servers(numServers)
            .epochs(2)
            .seed(seed)
            .consistency(new Consistency.Sync(OptionalInt.empty()))
            .runs(runs, "bits")
            .runAndReport();
    assertThat(trained.result().globalSteps()).isPositive();
    return String.valueOf(trained.result().parametersSha256());
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Adam(0.01))
                .list()
                .layer(
                    new DenseLayer.Builder()
                        .nIn(NUM_FEATURES)
                        .nOut(20)
                        .activation(Activation.RELU)
                        .build())
                .layer(new BatchNormalization.Builder().nOut(20).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(20)
                        .nOut(NUM_CLASSES)
                        .dropOut(0.8)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static DataSetIterator examples() {
    Random random = new Random(17);
    float[][] features = new float[NUM_EXAMPLES][NUM_FEATURES];
    float[][] labels = new float[NUM_EXAMPLES][NUM_CLASSES];
    for (int i = 0; i < NUM_EXAMPLES; i++) {
      for (int k = 0; k < NUM_FEATURES; k++) {
        features[i][k] = random.nextFloat();
      }
      labels[i][(int) (features[i][0] * NUM_CLASSES)] = 1;
    }
    DataSet all = new DataSet(Nd4j.create(features), Nd4j.create(labels));
    return new ListDataSetIterator<>(all.asList(), 20);
  }
}
