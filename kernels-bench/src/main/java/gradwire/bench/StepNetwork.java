package gradwire.bench;

import gradwire.config.ComputeChoice;
import gradwire.config.EngineChoice;
import gradwire.dl4j.Dl4jEngine;
import gradwire.dl4j.Dl4jOptions;
import gradwire.examples.cifar.ResidualNetwork;
import java.util.Locale;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The networks whose gradients are measured, as any DL4J user would write them. */
enum StepNetwork {
  /** 784 - 100 - 10, batch 100. */
  MLP(new long[] {100, 784}, 100 * (2L * 784 * 100 + 3L * 100 * 10)) {
    @Override
    Dl4jEngine engine(Dl4jOptions options) {
      return Dl4jEngine.of(
          new MultiLayerNetwork(
              builder()
                  .list()
                  .layer(new DenseLayer.Builder().nOut(100).activation(Activation.RELU).build())
                  .layer(softmax())
                  .setInputType(InputType.feedForward(784))
                  .build()),
          options);
    }
  },

  /** LeCun et al., 1998, as Caffe has it: 20 and 50 filters of 5x5, 500 - 10; batch 64. */
  LENET(
      new long[] {64, 1, 28, 28},
      64 * (2L * 24 * 24 * 25 * 20 + 3L * 8 * 8 * 25 * 20 * 50 + 3L * 800 * 500 + 3L * 500 * 10)) {
    @Override
    Dl4jEngine engine(Dl4jOptions options) {
      return Dl4jEngine.of(
          new MultiLayerNetwork(
              builder()
                  .list()
                  .layer(filters(20))
                  .layer(pool())
                  .layer(filters(50))
                  .layer(pool())
                  .layer(new DenseLayer.Builder().nOut(500).activation(Activation.RELU).build())
                  .layer(softmax())
                  .setInputType(InputType.convolutional(28, 28, 1))
                  .build()),
          options);
    }

    private static ConvolutionLayer filters(int count) {
      return new ConvolutionLayer.Builder(5, 5).nOut(count).activation(Activation.RELU).build();
    }

    private static SubsamplingLayer pool() {
      return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
          .kernelSize(2, 2)
          .stride(2, 2)
          .build();
    }
  },

  /** He et al., 2016, for CIFAR-10: three groups of three blocks, 16 to 64 filters; batch 32. */
  RESNET20(new long[] {32, 3, 32, 32}, 32 * (3 * ResidualNetwork.MULTIPLY_ADDS)) {
    @Override
    Dl4jEngine engine(Dl4jOptions options) {
      return Dl4jEngine.of(ResidualNetwork.of(builder(), 3), options);
    }
  },

  /** 28 time steps of 28 features, 128 units, the last step's output - 10; batch 64. */
  LSTM(
      new long[] {64, 28, 28},
      64 * (28 * 2L * 28 * 4 * 128 + 27 * 3L * 128 * 4 * 128 + 3L * 128 * 10)) {
    @Override
    Dl4jEngine engine(Dl4jOptions options) {
      return Dl4jEngine.of(
          new MultiLayerNetwork(
              builder()
                  .list()
                  .layer(
                      new LastTimeStep(
                          new org.deeplearning4j.nn.conf.layers.LSTM.Builder()
                              .nOut(128)
                              .activation(Activation.TANH)
                              .build()))
                  .layer(softmax())
                  .setInputType(InputType.recurrent(28, 28))
                  .build()),
          options);
    }
  };

  private final long[] features;
  private final long multiplyAdds;

  /**
   * @param features shape of a batch
   * @param multiplyAdds of a batch's matrix products and convolutions, forward and backward
   */
  StepNetwork(long[] features, long multiplyAdds) {
    this.features = features;
    this.multiplyAdds = multiplyAdds;
  }

  abstract Dl4jEngine engine(Dl4jOptions options);

  /** An engine with the network's initial values. */
  Dl4jEngine engine(EngineChoice choice) {
    return engine(Dl4jOptions.DEFAULT.with(ComputeChoice.cpu(choice)));
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  long[] features() {
    return features.clone();
  }

  /** Floating-point operations of a gradient, two a multiply-add. */
  long flops() {
    return 2 * multiplyAdds;
  }

  private static NeuralNetConfiguration.Builder builder() {
    return new NeuralNetConfiguration.Builder().seed(1).weightInit(WeightInit.RELU);
  }

  private static OutputLayer softmax() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(10)
        .activation(Activation.SOFTMAX)
        .build();
  }
}
