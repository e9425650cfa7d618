package gradwire.dl4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.config.EngineChoice;
import gradwire.error.UsageException;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.FloatTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Compiled networks against DL4J's own layers. */
class NativeComputationTest {
  private static final long SEED = 31;

  /** Sums of up to 500 terms around 1 in float32, on both sides. */
  private static final double TOLERANCE = 1e-5;

  private static final Dl4jOptions COMPILED = Dl4jOptions.DEFAULT.with(EngineChoice.NATIVE);
  private static final Dl4jOptions BY_DL4J = Dl4jOptions.DEFAULT.with(EngineChoice.DL4J);

  static Stream<Arguments> networks() {
    return Stream.of(
            Stream.of(
                Arguments.of("MLP", Networks.mlp(), new long[] {7}, 3),
                Arguments.of(
                    "clipped",
                    Networks.mlp(Networks.builder(), new ClippedCrossEntropySum()),
                    new long[] {7},
                    3),
                Arguments.of("convolutions", Networks.convolutions(), new long[] {64}, 3),
                Arguments.of("colour", Networks.colour(1, 0), new long[] {90}, 3),
                Arguments.of("colour, stride 2", Networks.colour(2, 0), new long[] {90}, 3),
                Arguments.of("colour, padded", Networks.colour(1, 1), new long[] {90}, 3),
                Arguments.of("LeNet", Networks.leNet(), new long[] {784}, 10),
                Arguments.of("batch norm", Networks.batchNorm(false), new long[] {7}, 3),
                Arguments.of("batch norm, log", Networks.batchNorm(true), new long[] {7}, 3),
                Arguments.of(
                    "batch norm of images", Networks.convolutionBatchNorm(), new long[] {64}, 3)),
            Stream.of(Activation.values())
                .filter(NativeComputationTest::isKnown)
                .map(
                    f ->
                        Arguments.of(
                            "dense " + f,
                            dense(f, Activation.SOFTMAX, new LossMCXENT()),
                            new long[] {7},
                            3)),
            Stream.of(
                Arguments.of(
                    "MSE",
                    dense(Activation.TANH, Activation.IDENTITY, new LossMSE()),
                    new long[] {7},
                    3),
                Arguments.of(
                    "MSE of tanh",
                    dense(Activation.TANH, Activation.TANH, new LossMSE()),
                    new long[] {7},
                    3),
                Arguments.of(
                    "L2",
                    dense(Activation.TANH, Activation.SIGMOID, new LossL2()),
                    new long[] {7},
                    3),
                Arguments.of(
                    "XENT",
                    dense(Activation.TANH, Activation.SIGMOID, new LossBinaryXENT()),
                    new long[] {7},
                    3)),
            Stream.of(
                    convolution(3, 1, 0, 1, ConvolutionMode.Truncate),
                    convolution(3, 2, 1, 1, ConvolutionMode.Truncate),
                    convolution(2, 3, 0, 1, ConvolutionMode.Truncate),
                    convolution(3, 1, 2, 1, ConvolutionMode.Truncate),
                    convolution(1, 1, 0, 1, ConvolutionMode.Truncate),
                    convolution(3, 1, 0, 1, ConvolutionMode.Same),
                    convolution(2, 1, 0, 1, ConvolutionMode.Same),
                    convolution(3, 2, 0, 1, ConvolutionMode.Same),
                    convolution(7, 1, 0, 1, ConvolutionMode.Truncate),
                    pool(SubsamplingLayer.PoolingType.MAX, 2, 2, 0, ConvolutionMode.Truncate),
                    pool(SubsamplingLayer.PoolingType.MAX, 3, 2, 0, ConvolutionMode.Truncate),
                    pool(SubsamplingLayer.PoolingType.MAX, 3, 1, 1, ConvolutionMode.Truncate),
                    pool(SubsamplingLayer.PoolingType.MAX, 2, 2, 0, ConvolutionMode.Same),
                    pool(SubsamplingLayer.PoolingType.MAX, 3, 2, 0, ConvolutionMode.Same),
                    pool(SubsamplingLayer.PoolingType.AVG, 2, 2, 0, ConvolutionMode.Truncate),
                    pool(SubsamplingLayer.PoolingType.AVG, 3, 2, 1, ConvolutionMode.Truncate),
                    pool(SubsamplingLayer.PoolingType.AVG, 3, 2, 0, ConvolutionMode.Same))
                .map(
                    layer -> Arguments.of(describe(layer), images(layer), new long[] {3, 9, 7}, 3)))
        .flatMap(it -> it);
  }

  private static boolean isKnown(Activation activation) {
    return Activations.of(activation.getActivationFunction()).isPresent();
  }

  private static MultiLayerNetwork dense(Activation hidden, Activation last, ILossFunction loss) {
    return network(
        Networks.builder()
            .list()
            .layer(Networks.dense(7, 5, hidden))
            .layer(new OutputLayer.Builder(loss).nIn(5).nOut(3).activation(last).build())
            .build());
  }

  private static Layer convolution(
      int kernel, int stride, int padding, int dilation, ConvolutionMode mode) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .padding(padding, padding)
        .dilation(dilation, dilation)
        .convolutionMode(mode)
        .nOut(5)
        .activation(Activation.TANH)
        .build();
  }

  private static Layer pool(
      SubsamplingLayer.PoolingType type,
      int kernel,
      int stride,
      int padding,
      ConvolutionMode mode) {
    return new SubsamplingLayer.Builder(type)
        .kernelSize(kernel, kernel)
        .stride(stride, stride)
        .padding(padding, padding)
        .convolutionMode(mode)
        .build();
  }

  private static String describe(Layer layer) {
    return switch (layer) {
      case ConvolutionLayer c ->
          "convolution %d/%d/%d/%d %s"
              .formatted(
                  c.getKernelSize()[0],
                  c.getStride()[0],
                  c.getPadding()[0],
                  c.getDilation()[0],
                  c.getConvolutionMode());
      case SubsamplingLayer p ->
          "%s pool %d/%d/%d %s"
              .formatted(
                  p.getPoolingType(),
                  p.getKernelSize()[0],
                  p.getStride()[0],
                  p.getPadding()[0],
                  p.getConvolutionMode());
      default -> layer.toString();
    };
  }

  /** 9x7 images of 3 channels - conv 2x2 - the layer - dense - softmax. */
  private static MultiLayerNetwork images(Layer layer) {
    return network(
        Networks.builder()
            .list()
            .layer(
                new ConvolutionLayer.Builder(2, 2)
                    .padding(1, 1)
                    .nOut(4)
                    .activation(Activation.RELU)
                    .build())
            .layer(layer)
            .layer(new DenseLayer.Builder().nOut(5).activation(Activation.TANH).build())
            .layer(Networks.softmax(5, 3, new LossMCXENT()))
            .setInputType(InputType.convolutional(9, 7, 3))
            .build());
  }

  private static MultiLayerNetwork network(
      org.deeplearning4j.nn.conf.MultiLayerConfiguration configuration) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void hasDl4jsGradientLossAndOutputs(
      String name, MultiLayerNetwork network, long[] features, int numClasses) {
    int least = name.startsWith("batch norm") ? 2 : 1; // of one example nothing is left
    for (int batchSize : new int[] {least, 6, 13}) {
      Batch batch = batch(batchSize, features, numClasses);
      try (Dl4jEngine compiled = Dl4jEngine.of(network, COMPILED);
          Dl4jEngine plain = Dl4jEngine.of(network, BY_DL4J)) {
        assertThat(compiled.backend()).startsWith("native-cpu (openblas ");
        assertThat(plain.backend()).startsWith("dl4j-cpu");
        String what = name + ", batch " + batchSize + ", seed " + SEED;
        double expected = plain.computeGradient(batch, 1);
        assertThat(compiled.computeGradient(batch, 1)).as(what).isCloseTo(expected, within(1e-5));
        Networks.assertClose(
            what,
            Networks.floats(compiled.gradient()),
            Networks.floats(plain.gradient()),
            TOLERANCE * Math.max(1, largest(plain.gradient())));
        Networks.assertClose(
            what + ", outputs",
            Networks.floats(compiled.infer(batch).getFirst().memory()),
            Networks.floats(plain.infer(batch).getFirst().memory()),
            TOLERANCE);
      }
    }
  }

  @Test
  void aResidualGraphHasDl4jsGradientLossAndOutputs() {
    ComputationGraph graph = residual();
    Batch batch = batch(6, new long[] {3, 8, 7}, 3);
    try (Dl4jEngine compiled = Dl4jEngine.of(graph, COMPILED);
        Dl4jEngine plain = Dl4jEngine.of(graph, BY_DL4J)) {
      assertThat(compiled.backend()).startsWith("native-cpu");
      double expected = plain.computeGradient(batch, 1);
      assertThat(compiled.computeGradient(batch, 1)).isCloseTo(expected, within(1e-5));
      Networks.assertClose(
          "residual graph, seed " + SEED,
          Networks.floats(compiled.gradient()),
          Networks.floats(plain.gradient()),
          TOLERANCE * Math.max(1, largest(plain.gradient())));
      Networks.assertClose(
          "outputs of the residual graph, seed " + SEED,
          Networks.floats(compiled.infer(batch).getFirst().memory()),
          Networks.floats(plain.infer(batch).getFirst().memory()),
          TOLERANCE);
    }
  }

  /** conv - [conv - norm - ReLU - conv - norm] + itself - ReLU - [1x1, stride 2] ... - mean. */
  private static ComputationGraph residual() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("stem", same(3, 1, 4, Activation.RELU), "in")
                .addLayer("conv1", same(3, 1, 4, Activation.IDENTITY), "stem")
                .addLayer("norm1", new BatchNormalization(), "conv1")
                .addLayer("relu1", new ActivationLayer(Activation.RELU), "norm1")
                .addLayer("conv2", same(3, 1, 4, Activation.IDENTITY), "relu1")
                .addLayer("norm2", new BatchNormalization(), "conv2")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "norm2", "stem")
                .addLayer("relu2", new ActivationLayer(Activation.RELU), "sum")
                .addLayer("conv3", same(3, 2, 6, Activation.IDENTITY), "relu2")
                .addLayer("short3", same(1, 2, 6, Activation.IDENTITY), "relu2")
                .addVertex(
                    "sum3", new ElementWiseVertex(ElementWiseVertex.Op.Add), "conv3", "short3")
                .addLayer("mean", new GlobalPoolingLayer(PoolingType.AVG), "sum3")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(new LossMCXENT())
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "mean")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(8, 7, 3))
                .build());
    graph.init();
    return graph;
  }

  private static Layer same(int kernel, int stride, int numFilters, Activation activation) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .convolutionMode(ConvolutionMode.Same)
        .nOut(numFilters)
        .activation(activation)
        .build();
  }

  static Stream<Arguments> trained() {
    return Stream.of(
        Arguments.of("MLP", Networks.mlp(), new long[] {7}, 3, 1e-6),
        Arguments.of("LeNet", Networks.leNet(), new long[] {784}, 10, 1e-5));
  }

  /** Rounding of one step is carried into the next: 20 steps at rate 0.1. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("trained")
  void staysWithDl4jForTwentySteps(
      String name, MultiLayerNetwork network, long[] features, int numClasses, double tolerance) {
    try (Dl4jEngine compiled = Dl4jEngine.of(network, COMPILED);
        Dl4jEngine plain = Dl4jEngine.of(network, BY_DL4J)) {
      for (int step = 0; step < 20; step++) {
        Batch batch = batch(8, features, numClasses);
        compiled.computeGradient(batch, step);
        plain.computeGradient(batch, step);
        Networks.descend(compiled, Networks.LEARNING_RATE);
        Networks.descend(plain, Networks.LEARNING_RATE);
      }
      Networks.assertClose(
          name + " after 20 steps",
          Networks.floats(compiled.parameters()),
          Networks.floats(plain.parameters()),
          tolerance);
    }
  }

  @Test
  void whatIsNotKnownIsRefusedByName() {
    assertThatThrownBy(() -> Dl4jEngine.of(Networks.dropout(), COMPILED))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("training.engine")
        .hasMessageContaining("layer 1 (DenseLayer) has dropout");
  }

  @Test
  void whatIsNotKnownIsComputedByDl4jUnlessRefused() {
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.dropout())) {
      assertThat(engine.backend()).startsWith("dl4j-cpu");
    }
  }

  @Test
  void labelsOfAnotherShapeAreRefused() {
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.mlp(), COMPILED)) {
      Batch batch = batch(4, new long[] {7}, 5);
      assertThatThrownBy(() -> engine.computeGradient(batch, 0))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("labels: expected shape [batch, 3], got [4, 5]");
    }
  }

  @Test
  void featuresOfAnotherShapeAreRefused() {
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.mlp(), COMPILED)) {
      Batch batch = batch(4, new long[] {8}, 3);
      assertThatThrownBy(() -> engine.computeGradient(batch, 0))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining(
              "features of a dense layer: expected shape [batch, 7], got [batch, 8]");
    }
  }

  private static double largest(MemorySegment values) {
    double largest = 0;
    for (float value : values.toArray(JAVA_FLOAT)) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static Batch batch(int batchSize, long[] features, int numClasses) {
    Random random = new Random(SEED);
    long[] shape = new long[features.length + 1];
    shape[0] = batchSize;
    System.arraycopy(features, 0, shape, 1, features.length);
    FloatTensor x = FloatTensor.zeros(Arena.ofAuto(), shape);
    for (long i = 0; i < x.memory().byteSize() / Float.BYTES; i++) {
      x.memory().setAtIndex(JAVA_FLOAT, i, 2 * random.nextFloat() - 1);
    }
    FloatTensor y = FloatTensor.zeros(Arena.ofAuto(), batchSize, numClasses);
    for (long i = 0; i < batchSize; i++) {
      y.memory().setAtIndex(JAVA_FLOAT, i * numClasses + random.nextInt(numClasses), 1);
    }
    return Batch.of(x, y);
  }
}
