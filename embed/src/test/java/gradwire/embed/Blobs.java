package gradwire.embed;

import java.util.Random;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Three clouds of points, and a network that can tell them apart. */
final class Blobs {
  static final int NUM_FEATURES = 4;
  static final int NUM_CLASSES = 3;

  private Blobs() {}

  /** Point i is of class i modulo 3, one standard deviation wide around (2, 0, ...), (0, 2, ...) */
  static DataSet examples(long seed, int count) {
    Random random = new Random(seed);
    float[][] features = new float[count][NUM_FEATURES];
    float[][] labels = new float[count][NUM_CLASSES];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < NUM_FEATURES; j++) {
        features[i][j] = (float) random.nextGaussian() * 0.5f;
      }
      features[i][i % NUM_CLASSES] += 2;
      labels[i][i % NUM_CLASSES] = 1;
    }
    return new DataSet(Nd4j.create(features), Nd4j.create(labels));
  }

  static MultiLayerNetwork network(IUpdater updater) {
    return network(updater, NUM_FEATURES);
  }

  static MultiLayerNetwork network(IUpdater updater, int numFeatures) {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(7)
            .updater(updater)
            .list()
            .layer(
                new DenseLayer.Builder()
                    .nIn(numFeatures)
                    .nOut(11)
                    .activation(Activation.TANH)
                    .build())
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(11)
                    .nOut(NUM_CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }
}
