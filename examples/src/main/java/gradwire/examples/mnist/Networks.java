package gradwire.examples.mnist;

import gradwire.config.ComputeChoice;
import gradwire.dl4j.ClippedCrossEntropySum;
import gradwire.dl4j.Dl4jEngine;
import gradwire.dl4j.Dl4jOptions;
import gradwire.dl4j.LossReduction;
import gradwire.worker.data.ImageSet;
import java.util.Map;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The networks of the MNIST jobs, as any DL4J user would write them. */
final class Networks {
  /** The reference job's names for DL4J's. */
  private static final Map<String, String> REFERENCE_NAMES =
      Map.of("0_W", "hid_w", "0_b", "hid_b", "1_W", "sm_w", "1_b", "sm_b");

  private Networks() {}

  /** 784-hidden-10 with the reference job's loss, a sum over the batch. */
  static Dl4jEngine reference(
      ComputeChoice compute, int numPixels, int hiddenUnits, int numClasses) {
    return Dl4jEngine.of(
        network(
            new NeuralNetConfiguration.Builder()
                .weightInit(WeightInit.ZERO)
                .list()
                .layer(hidden(numPixels, hiddenUnits))
                .layer(
                    new OutputLayer.Builder(new ClippedCrossEntropySum())
                        .nIn(hiddenUnits)
                        .nOut(numClasses)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build()),
        new Dl4jOptions(LossReduction.SUM, REFERENCE_NAMES, compute));
  }

  /** The same net with the usual loss, a mean over the batch. */
  static Dl4jEngine perceptron(
      ComputeChoice compute, long seed, int numPixels, int hiddenUnits, int numClasses) {
    return Dl4jEngine.of(
        network(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .weightInit(WeightInit.RELU)
                .list()
                .layer(hidden(numPixels, hiddenUnits))
                .layer(softmax(numClasses))
                .build()),
        new Dl4jOptions(LossReduction.MEAN, REFERENCE_NAMES, compute));
  }

  /**
   * LeCun et al., "Gradient-based learning applied to document recognition", 1998, as Caffe has it.
   */
  static Dl4jEngine leNet(ComputeChoice compute, long seed, int rows, int columns, int numClasses) {
    return Dl4jEngine.of(
        network(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .weightInit(WeightInit.RELU)
                .list()
                .layer(convolution(20))
                .layer(pool())
                .layer(convolution(50))
                .layer(pool())
                .layer(new DenseLayer.Builder().nOut(500).activation(Activation.RELU).build())
                .layer(softmax(numClasses))
                .setInputType(InputType.convolutional(rows, columns, 1))
                .build()),
        Dl4jOptions.DEFAULT.with(compute));
  }

  /** An LSTM over an image's columns, from left to right; what it has after the last is judged. */
  static Dl4jEngine lstm(
      ComputeChoice compute, long seed, ImageSet images, int numUnits, int numClasses) {
    return Dl4jEngine.of(
        network(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .weightInit(WeightInit.XAVIER)
                .list()
                .layer(
                    new LastTimeStep(
                        new LSTM.Builder().nOut(numUnits).activation(Activation.TANH).build()))
                .layer(softmax(numClasses))
                .setInputType(
                    InputType.recurrent((long) images.channels() * images.rows(), images.columns()))
                .build()),
        Dl4jOptions.DEFAULT.with(compute));
  }

  private static MultiLayerNetwork network(MultiLayerConfiguration configuration) {
    return new MultiLayerNetwork(configuration);
  }

  private static DenseLayer hidden(int numInputs, int numUnits) {
    return new DenseLayer.Builder()
        .nIn(numInputs)
        .nOut(numUnits)
        .activation(Activation.RELU)
        .build();
  }

  private static OutputLayer softmax(int numClasses) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(numClasses)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static ConvolutionLayer convolution(int numFilters) {
    return new ConvolutionLayer.Builder(5, 5).nOut(numFilters).activation(Activation.RELU).build();
  }

  private static SubsamplingLayer pool() {
    return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
        .kernelSize(2, 2)
        .stride(2, 2)
        .build();
  }
}
