package gradwire.examples.embed;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Three arms of a spiral, and a network to tell them apart: any DL4J user's own code. */
final class Spirals {
  private static final int NUM_ARMS = 3;
  private static final double TURNS = 1.25;
  private static final double NOISE = 0.03;

  private Spirals() {}

  /** Points in the unit circle, features {@code [2]}, one-hot labels {@code [3]}. */
  static DataSetIterator iterator(long seed, int numPoints, int batchSize) {
    Random random = new Random(seed);
    List<DataSet> points = new ArrayList<>();
    for (int i = 0; i < numPoints; i++) {
      points.add(point(random, i % NUM_ARMS));
    }
    return new ListDataSetIterator<>(points, batchSize);
  }

  private static DataSet point(Random random, int arm) {
    double radius = Math.sqrt(random.nextDouble());
    double angle = 2 * Math.PI * (TURNS * radius + arm / (double) NUM_ARMS);
    float x = (float) (radius * Math.cos(angle) + NOISE * random.nextGaussian());
    float y = (float) (radius * Math.sin(angle) + NOISE * random.nextGaussian());
    float[] label = new float[NUM_ARMS];
    label[arm] = 1;
    return new DataSet(
        Nd4j.createFromArray(x, y).reshape(1, 2), Nd4j.createFromArray(label).reshape(1, NUM_ARMS));
  }

  /** 2-64-64-3, Adam. */
  static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(42)
                .updater(new Adam(0.005))
                .activation(Activation.RELU)
                .list()
                .layer(new DenseLayer.Builder().nIn(2).nOut(64).build())
                .layer(new DenseLayer.Builder().nIn(64).nOut(64).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(64)
                        .nOut(NUM_ARMS)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    return network;
  }
}
