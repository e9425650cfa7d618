package gradwire.dl4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import gradwire.tensor.Floats;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Small networks and batches for tests. */
final class Networks {
  static final double LEARNING_RATE = 0.1;

  private Networks() {}

  static NeuralNetConfiguration.Builder builder(IUpdater updater) {
    Nd4jSetup.ensure();
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .updater(updater)
        .weightInit(WeightInit.XAVIER)
        .biasInit(0.1);
  }

  static NeuralNetConfiguration.Builder builder() {
    return builder(new Sgd(LEARNING_RATE));
  }

  /** 7 - 5 ReLU - 3 softmax. */
  static MultiLayerNetwork mlp(NeuralNetConfiguration.Builder builder, ILossFunction loss) {
    return network(
        builder.list().layer(dense(7, 5, Activation.RELU)).layer(softmax(5, 3, loss)).build());
  }

  static MultiLayerNetwork mlp() {
    return mlp(builder(), new LossMCXENT());
  }

  /** 8x8 image - conv 3x3x2 - max pool - conv 2x2x3 ReLU - 5 ReLU - 3 softmax. */
  static MultiLayerNetwork convolutions() {
    return network(
        builder()
            .list()
            .layer(convolution(3, 2, Activation.IDENTITY))
            .layer(pool())
            .layer(convolution(2, 3, Activation.RELU))
            .layer(new DenseLayer.Builder().nOut(5).activation(Activation.RELU).build())
            .layer(
                new OutputLayer.Builder(new LossMCXENT())
                    .nOut(3)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutionalFlat(8, 8, 1))
            .build());
  }

  /** 3x6x5 image - conv 3x2x4 ReLU - 3 softmax. */
  static MultiLayerNetwork colour(int stride, int padding) {
    return network(
        builder()
            .list()
            .layer(
                new ConvolutionLayer.Builder(3, 2)
                    .stride(stride, stride)
                    .padding(padding, padding)
                    .nOut(4)
                    .activation(Activation.RELU)
                    .build())
            .layer(
                new OutputLayer.Builder(new LossMCXENT())
                    .nOut(3)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutionalFlat(6, 5, 3))
            .build());
  }

  /** The LeNet of the examples. */
  static MultiLayerNetwork leNet() {
    return network(
        builder()
            .list()
            .layer(convolution(5, 20, Activation.IDENTITY))
            .layer(pool())
            .layer(convolution(5, 50, Activation.IDENTITY))
            .layer(pool())
            .layer(new DenseLayer.Builder().nOut(500).activation(Activation.RELU).build())
            .layer(
                new OutputLayer.Builder(new LossMCXENT())
                    .nOut(10)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutionalFlat(28, 28, 1))
            .build());
  }

  /** 7 - 5 ReLU - batch norm - 3 softmax. */
  static MultiLayerNetwork batchNorm(boolean logDeviation) {
    return network(
        builder()
            .list()
            .layer(dense(7, 5, Activation.RELU))
            .layer(new BatchNormalization.Builder().useLogStd(logDeviation).nIn(5).nOut(5).build())
            .layer(softmax(5, 3, new LossMCXENT()))
            .build());
  }

  /** 8x8 image - conv 3x3x2 - batch norm - max pool - 3 softmax. */
  static MultiLayerNetwork convolutionBatchNorm() {
    return network(
        builder()
            .list()
            .layer(convolution(3, 2, Activation.IDENTITY))
            .layer(new BatchNormalization())
            .layer(pool())
            .layer(
                new OutputLayer.Builder(new LossMCXENT())
                    .nOut(3)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutionalFlat(8, 8, 1))
            .build());
  }

  /** 7 - 6 ReLU - dropout 0.5, 5 ReLU - dropout 0.8, 3 tanh - 3 softmax. */
  static MultiLayerNetwork dropout() {
    return network(
        builder()
            .list()
            .layer(dense(7, 6, Activation.RELU))
            .layer(
                new DenseLayer.Builder()
                    .nIn(6)
                    .nOut(5)
                    .activation(Activation.RELU)
                    .dropOut(0.5)
                    .build())
            .layer(
                new DenseLayer.Builder()
                    .nIn(5)
                    .nOut(3)
                    .activation(Activation.TANH)
                    .dropOut(0.8)
                    .build())
            .layer(softmax(3, 3, new LossMCXENT()))
            .build());
  }

  /** 7 - 5 ReLU - batch norm - 3 softmax, as a graph. */
  static ComputationGraphConfiguration graph() {
    return builder()
        .graphBuilder()
        .addInputs("in")
        .addLayer("hidden", dense(7, 5, Activation.RELU), "in")
        .addLayer("norm", new BatchNormalization.Builder().nIn(5).nOut(5).build(), "hidden")
        .addLayer("out", softmax(5, 3, new LossMCXENT()), "norm")
        .setOutputs("out")
        .build();
  }

  static DenseLayer dense(int numInputs, int numOutputs, Activation activation) {
    return new DenseLayer.Builder().nIn(numInputs).nOut(numOutputs).activation(activation).build();
  }

  static OutputLayer softmax(int numInputs, int numOutputs, ILossFunction loss) {
    return new OutputLayer.Builder(loss)
        .nIn(numInputs)
        .nOut(numOutputs)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** Uniform features over [-1, 1), one-hot labels; printed when a test fails by its seed. */
  static Batch batch(long seed, int numExamples, int numFeatures, int numClasses) {
    Random random = new Random(seed);
    FloatTensor features = FloatTensor.zeros(Arena.ofAuto(), numExamples, numFeatures);
    FloatTensor labels = FloatTensor.zeros(Arena.ofAuto(), numExamples, numClasses);
    for (long i = 0; i < (long) numExamples * numFeatures; i++) {
      features.memory().setAtIndex(JAVA_FLOAT, i, 2 * random.nextFloat() - 1);
    }
    for (long i = 0; i < numExamples; i++) {
      labels.memory().setAtIndex(JAVA_FLOAT, i * numClasses + random.nextInt(numClasses), 1);
    }
    return Batch.of(features, labels);
  }

  /** Fails at the first element that is further than {@code tolerance} away. */
  static void assertClose(String what, float[] actual, float[] expected, double tolerance) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      double distance = Math.abs((double) actual[i] - expected[i]);
      if (!(distance <= tolerance)) {
        throw new AssertionError(
            "%s, element %d: expected %s within %s, got %s"
                .formatted(what, i, expected[i], tolerance, actual[i]));
      }
    }
  }

  static float[] floats(MemorySegment memory) {
    return memory.toArray(JAVA_FLOAT);
  }

  /** DL4J's own view of a batch's features or labels. */
  static INDArray array(FloatTensor tensor) {
    return SegmentArrays.array(tensor.memory(), tensor.shape());
  }

  /** {@code w = w - lr * g}, running statistics {@code w = w - g}: what a server would do. */
  static void descend(Dl4jEngine engine, double learningRate) {
    var layout = engine.layout();
    for (int t = 0; t < layout.tensors().size(); t++) {
      var tensor = layout.tensors().get(t);
      MemorySegment w = Floats.slice(engine.parameters(), layout.offset(t), tensor.numFloats());
      MemorySegment g = Floats.slice(engine.gradient(), layout.offset(t), tensor.numFloats());
      double rate =
          switch (tensor.kind()) {
            case WEIGHT, BIAS -> learningRate;
            case STATISTIC -> 1;
          };
      for (long i = 0; i < tensor.numFloats(); i++) {
        double moved = w.getAtIndex(JAVA_FLOAT, i) - rate * g.getAtIndex(JAVA_FLOAT, i);
        w.setAtIndex(JAVA_FLOAT, i, (float) moved);
      }
    }
  }

  private static ConvolutionLayer convolution(int size, int numOutputs, Activation activation) {
    return new ConvolutionLayer.Builder(size, size).nOut(numOutputs).activation(activation).build();
  }

  private static SubsamplingLayer pool() {
    return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
        .kernelSize(2, 2)
        .stride(2, 2)
        .build();
  }

  private static MultiLayerNetwork network(MultiLayerConfiguration configuration) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }
}
