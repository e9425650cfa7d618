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
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
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
                Arguments.of("layer norm", layerNorm(), new long[] {7}, 3),
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
                    convolution(2, 1, 1, 2, ConvolutionMode.Truncate),
                    convolution(2, 1, 0, 2, ConvolutionMode.Same),
                    depthwise(3, 2, 1, 0, ConvolutionMode.Truncate, 1),
                    depthwise(2, 3, 2, 0, ConvolutionMode.Truncate, 3),
                    depthwise(3, 3, 1, 1, ConvolutionMode.Truncate, 2),
                    depthwise(3, 3, 2, 0, ConvolutionMode.Same, 1),
                    separable(3, 2, 1, 0, ConvolutionMode.Truncate, 1),
                    separable(2, 3, 2, 0, ConvolutionMode.Truncate, 3),
                    separable(3, 3, 1, 1, ConvolutionMode.Truncate, 2),
                    separable(3, 3, 2, 0, ConvolutionMode.Same, 1),
                    new GlobalPoolingLayer(PoolingType.AVG),
                    new GlobalPoolingLayer(PoolingType.SUM),
                    new GlobalPoolingLayer(PoolingType.MAX),
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

  private static MultiLayerNetwork layerNorm() {
    return network(
        Networks.builder()
            .list()
            .layer(
                new DenseLayer.Builder()
                    .nIn(7)
                    .nOut(11)
                    .hasLayerNorm(true)
                    .activation(Activation.TANH)
                    .build())
            .layer(
                new DenseLayer.Builder()
                    .nIn(11)
                    .nOut(5)
                    .hasLayerNorm(true)
                    .hasBias(false)
                    .activation(Activation.SOFTPLUS)
                    .build())
            .layer(Networks.softmax(5, 3, new LossMCXENT()))
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

  private static Layer depthwise(
      int rows, int columns, int stride, int padding, ConvolutionMode mode, int multiplier) {
    return new DepthwiseConvolution2D.Builder(rows, columns)
        .stride(stride, stride)
        .padding(padding, padding)
        .convolutionMode(mode)
        .depthMultiplier(multiplier)
        .nOut(4 * multiplier)
        .activation(Activation.TANH)
        .build();
  }

  private static Layer separable(
      int rows, int columns, int stride, int padding, ConvolutionMode mode, int multiplier) {
    return new SeparableConvolution2D.Builder(rows, columns)
        .stride(stride, stride)
        .padding(padding, padding)
        .convolutionMode(mode)
        .depthMultiplier(multiplier)
        .nOut(5)
        .activation(Activation.SOFTPLUS)
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
          "%s %d/%d/%d/%d %s"
              .formatted(
                  c.getClass().getSimpleName(),
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
      assertSame(name, network, batch(batchSize, features, numClasses));
    }
  }

  private static void assertSame(String name, MultiLayerNetwork network, Batch batch) {
    try (Dl4jEngine compiled = Dl4jEngine.of(network, COMPILED);
        Dl4jEngine plain = Dl4jEngine.of(network, BY_DL4J)) {
      assertSame(name, compiled, plain, batch);
    }
  }

  private static void assertSame(String name, ComputationGraph graph, Batch batch) {
    try (Dl4jEngine compiled = Dl4jEngine.of(graph, COMPILED);
        Dl4jEngine plain = Dl4jEngine.of(graph, BY_DL4J)) {
      assertSame(name, compiled, plain, batch);
    }
  }

  private static void assertSame(String name, Dl4jEngine compiled, Dl4jEngine plain, Batch batch) {
    assertThat(compiled.backend()).startsWith("native-cpu (openblas ");
    assertThat(plain.backend()).startsWith("dl4j-cpu");
    String what = name + ", batch " + batch.numExamples() + ", seed " + SEED;
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

  static Stream<Arguments> sequences() {
    long[] features = {3, 6};
    return Stream.of(
        Arguments.of(
            "LSTM, last step",
            sequence(new LastTimeStep(lstm(5)), softmax()),
            features,
            new long[] {3}),
        Arguments.of(
            "two LSTMs, mean",
            sequence(lstm(5), lstm(4), new GlobalPoolingLayer(PoolingType.AVG), softmax()),
            features,
            new long[] {3}),
        Arguments.of(
            "LSTM, largest of the steps",
            sequence(lstm(5), new GlobalPoolingLayer(PoolingType.MAX), softmax()),
            features,
            new long[] {3}),
        Arguments.of(
            "layer norm of steps",
            sequence(
                new DenseLayer.Builder()
                    .nOut(5)
                    .hasLayerNorm(true)
                    .activation(Activation.TANH)
                    .build(),
                new LastTimeStep(lstm(3)),
                softmax()),
            features,
            new long[] {3}),
        Arguments.of(
            "convolution of steps, average pool", // dilated, DL4J finds no way on all processors
            sequence(
                new Convolution1DLayer.Builder(2).nOut(5).activation(Activation.TANH).build(),
                new Subsampling1DLayer.Builder(SubsamplingLayer.PoolingType.AVG, 2, 2).build(),
                new LastTimeStep(lstm(3)),
                softmax()),
            features,
            new long[] {3}),
        Arguments.of(
            "convolution of steps, same, stride 2",
            sequence(
                new Convolution1DLayer.Builder(3)
                    .stride(2)
                    .convolutionMode(ConvolutionMode.Same)
                    .nOut(5)
                    .activation(Activation.TANH)
                    .build(),
                new GlobalPoolingLayer(PoolingType.SUM),
                softmax()),
            features,
            new long[] {3}),
        Arguments.of(
            "LSTM, labels of steps",
            sequence(lstm(5), softmaxOfSteps()),
            features,
            new long[] {3, 6}),
        Arguments.of(
            "dense of steps between LSTMs",
            sequence(
                lstm(5),
                new DenseLayer.Builder().nOut(4).activation(Activation.TANH).build(),
                lstm(3),
                softmaxOfSteps()),
            features,
            new long[] {3, 6}),
        Arguments.of(
            "dense of steps first",
            sequence(
                new DenseLayer.Builder().nOut(4).activation(Activation.TANH).build(),
                new LastTimeStep(lstm(3)),
                softmax()),
            features,
            new long[] {3}),
        Arguments.of(
            "convolution of steps",
            sequence(
                new Convolution1DLayer.Builder(3)
                    .stride(2)
                    .padding(1)
                    .nOut(5)
                    .activation(Activation.TANH)
                    .build(),
                new LastTimeStep(lstm(3)),
                softmax()),
            features,
            new long[] {3}),
        Arguments.of(
            "convolution of steps, same",
            sequence(
                new Convolution1DLayer.Builder(2)
                    .convolutionMode(ConvolutionMode.Same)
                    .nOut(5)
                    .activation(Activation.RELU)
                    .build(),
                new Subsampling1DLayer.Builder(SubsamplingLayer.PoolingType.MAX, 2, 2).build(),
                new GlobalPoolingLayer(PoolingType.AVG),
                softmax()),
            features,
            new long[] {3}));
  }

  private static Layer lstm(int numUnits) {
    return new LSTM.Builder().nOut(numUnits).activation(Activation.TANH).build();
  }

  private static Layer softmax() {
    return new OutputLayer.Builder(new LossMCXENT()).nOut(3).activation(Activation.SOFTMAX).build();
  }

  private static Layer softmaxOfSteps() {
    return new RnnOutputLayer.Builder(new LossMCXENT())
        .nOut(3)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** Of 6 steps of 3 features. */
  private static MultiLayerNetwork sequence(Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = Networks.builder().list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    return network(list.setInputType(InputType.recurrent(3, 6)).build());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sequences")
  void hasDl4jsGradientLossAndOutputsOfSequences(
      String name, MultiLayerNetwork network, long[] features, long[] labels) {
    for (int batchSize : new int[] {1, 5}) {
      assertSame(name, network, batch(batchSize, features, labels));
    }
  }

  static Stream<Arguments> ids() {
    Layer sequence = new EmbeddingSequenceLayer.Builder().nIn(7).nOut(4).inputLength(6).build();
    Layer withBias =
        new EmbeddingSequenceLayer.Builder()
            .nIn(7)
            .nOut(4)
            .inputLength(6)
            .hasBias(true)
            .activation(Activation.TANH)
            .build();
    Layer one =
        new EmbeddingLayer.Builder()
            .nIn(7)
            .nOut(4)
            .hasBias(true)
            .activation(Activation.TANH)
            .build();
    Layer last =
        new LastTimeStep(new LSTM.Builder().nIn(4).nOut(5).activation(Activation.TANH).build());
    return Stream.of(
        Arguments.of("sequence", ids(sequence, last), new long[] {6}),
        Arguments.of("sequence as features", ids(sequence, last), new long[] {1, 6}),
        Arguments.of("sequence, bias", ids(withBias, last), new long[] {6}),
        Arguments.of("one", ids(one, Networks.dense(4, 5, Activation.TANH)), new long[] {1}));
  }

  private static MultiLayerNetwork ids(Layer embedding, Layer next) {
    return network(
        Networks.builder()
            .list()
            .layer(embedding)
            .layer(next)
            .layer(Networks.softmax(5, 3, new LossMCXENT()))
            .build());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ids")
  void hasDl4jsGradientLossAndOutputsOfIds(
      String name, MultiLayerNetwork network, long[] features) {
    Batch batch = batch(5, features, 3);
    MemorySegment ids = batch.features().getFirst().memory();
    for (long i = 0; i < ids.byteSize() / Float.BYTES; i++) {
      ids.setAtIndex(JAVA_FLOAT, i, Math.floorMod(i * i, 7));
    }
    assertSame(name, network, batch);
  }

  @Test
  void anIdThatIsNotKnownIsNamed() {
    Layer one = new EmbeddingLayer.Builder().nIn(7).nOut(4).build();
    MultiLayerNetwork network = ids(one, Networks.dense(4, 5, Activation.TANH));
    Batch batch = batch(3, new long[] {1}, 3);
    batch.features().getFirst().memory().copyFrom(MemorySegment.ofArray(new float[] {0, 7, 6}));
    try (Dl4jEngine engine = Dl4jEngine.of(network, COMPILED)) {
      assertThatThrownBy(() -> engine.computeGradient(batch, 1))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining(
              "ids of an embedding, example 1: expected whole numbers from 0 to 6")
          .hasMessageContaining("got 7.0");
    }
  }

  static Stream<Arguments> dropouts() {
    return Stream.of(
        Arguments.of(
            "of a convolution",
            images(
                new ConvolutionLayer.Builder(2, 2)
                    .nOut(5)
                    .dropOut(1.0)
                    .activation(Activation.TANH)
                    .build()),
            new long[] {3, 9, 7}),
        Arguments.of("by itself", images(new DropoutLayer(1.0)), new long[] {3, 9, 7}),
        Arguments.of(
            "of an LSTM",
            sequence(
                lstm(5),
                new LastTimeStep(
                    new LSTM.Builder().nOut(4).dropOut(1.0).activation(Activation.TANH).build()),
                softmax()),
            new long[] {3, 6}));
  }

  /** Which keeps all, and so can be held against DL4J's. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("dropouts")
  void hasDl4jsGradientLossAndOutputsWithDropouts(
      String name, MultiLayerNetwork network, long[] features) {
    assertSame("dropout " + name, network, batch(6, features, 3));
  }

  static Stream<Arguments> unknown() {
    return Stream.of(
        Arguments.of(
            sequence(new GravesLSTM.Builder().nOut(4).build(), softmaxOfSteps()),
            "layer 0 (GravesLSTM) has no kernels"),
        Arguments.of(
            sequence(new LSTM.Builder().nOut(4).build(), softmaxOfSteps()),
            "layer 0 (LSTM) has activations other than tanh and sigmoid"),
        Arguments.of(sequence(lstm(4), softmax()), "layer 1 has a RnnToFeedForwardPreProcessor"),
        Arguments.of(
            sequence(
                new Convolution1DLayer.Builder(1)
                    .stride(3)
                    .convolutionMode(ConvolutionMode.Same)
                    .nOut(4)
                    .build(),
                softmaxOfSteps()),
            "layer 0 (Convolution1DLayer) has a stride beyond its kernel, and Same"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("unknown")
  void whatIsNotKnownIsRefusedByName(MultiLayerNetwork network, String reason) {
    assertThatThrownBy(() -> Dl4jEngine.of(network, COMPILED))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("training.engine")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("unknown")
  void whatIsNotKnownIsComputedByDl4jUnlessRefused(MultiLayerNetwork network, String reason) {
    try (Dl4jEngine engine = Dl4jEngine.of(network)) {
      assertThat(engine.backend()).startsWith("dl4j-cpu");
    }
  }

  @Test
  void aGraphThatMergesHasDl4jsGradientLossAndOutputs() {
    ComputationGraph graph = merging();
    assertSame("merging graph", graph, batch(5, new long[] {3, 6}, 3));
  }

  /** LSTMs of 4 and 3 units side by side, their last steps one after the other. */
  private static ComputationGraph merging() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("left", lstm(4), "in")
                .addLayer("right", lstm(3), "in")
                .addVertex("both", new MergeVertex(), "left", "right")
                .addVertex("last", new LastTimeStepVertex("in"), "both")
                .addVertex("twice", new MergeVertex(), "last", "last")
                .addLayer("out", softmax(), "twice")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(3, 6))
                .build());
    graph.init();
    return graph;
  }

  @Test
  void aGraphThatMergesImagesHasDl4jsGradientLossAndOutputs() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("left", same(3, 1, 4, Activation.TANH), "in")
                .addLayer("right", same(1, 1, 3, Activation.TANH), "in")
                .addVertex("both", new MergeVertex(), "left", "right")
                .addLayer("next", same(2, 2, 2, Activation.TANH), "both")
                .addLayer("out", softmax(), "next")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(8, 7, 3))
                .build());
    graph.init();
    assertSame("merged images", graph, batch(5, new long[] {3, 8, 7}, 3));
  }

  /** DL4J's own inference refuses such a network: its workspaces don't like the preprocessor. */
  @Test
  void imagesAreTheSameFlatOrNotWhateverReadsThemFirst() {
    MultiLayerNetwork network =
        network(
            Networks.builder()
                .list()
                .layer(new ActivationLayer(Activation.TANH))
                .layer(convolution(3, 1, 0, 1, ConvolutionMode.Truncate))
                .layer(softmax())
                .setInputType(InputType.convolutionalFlat(9, 7, 3))
                .build());
    try (Dl4jEngine engine = Dl4jEngine.of(network, COMPILED)) {
      double loss = engine.computeGradient(batch(4, new long[] {189}, 3), 1);
      float[] gradient = Networks.floats(engine.gradient());
      assertThat(engine.computeGradient(batch(4, new long[] {3, 9, 7}, 3), 1)).isEqualTo(loss);
      assertThat(Networks.floats(engine.gradient())).isEqualTo(gradient);
      assertThatThrownBy(() -> engine.computeGradient(batch(4, new long[] {3, 7, 9}, 3), 1))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("images: expected [batch, 9, 7, 3], or as many features");
    }
  }

  /** Images come with channels first whatever reads them. */
  @Test
  void batchNormFirstHasDl4jsGradientLossAndOutputs() {
    MultiLayerNetwork network =
        network(
            Networks.builder()
                .list()
                .layer(new BatchNormalization())
                .layer(convolution(3, 1, 0, 1, ConvolutionMode.Truncate))
                .layer(softmax())
                .setInputType(InputType.convolutional(9, 7, 3))
                .build());
    assertSame("batch norm first", network, batch(6, new long[] {3, 9, 7}, 3));
  }

  @Test
  void aResidualGraphHasDl4jsGradientLossAndOutputs() {
    assertSame("residual graph", residual(), batch(6, new long[] {3, 8, 7}, 3));
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
        Arguments.of("LeNet", Networks.leNet(), new long[] {784}, 10, 1e-5),
        Arguments.of(
            "LSTM", sequence(new LastTimeStep(lstm(5)), softmax()), new long[] {3, 6}, 3, 1e-6));
  }

  /** Rounding of one step is carried into the next: 20 steps at rate 0.1. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("trained")
  void staysWithDl4jForTwentySteps(
      String name, MultiLayerNetwork network, long[] features, int numClasses, double tolerance) {
    try (Dl4jEngine compiled = Dl4jEngine.of(network, COMPILED);
        Dl4jEngine plain = Dl4jEngine.of(network, BY_DL4J)) {
      train(name, compiled, plain, batch(8, features, numClasses), tolerance);
    }
  }

  /** Batch norm divides by deviations of eight examples, which lets rounding grow. */
  @Test
  void aResidualGraphStaysWithDl4jForTwentySteps() {
    ComputationGraph graph = residual();
    try (Dl4jEngine compiled = Dl4jEngine.of(graph, COMPILED);
        Dl4jEngine plain = Dl4jEngine.of(graph, BY_DL4J)) {
      train("residual graph", compiled, plain, batch(8, new long[] {3, 8, 7}, 3), 1e-5);
    }
  }

  private static void train(
      String name, Dl4jEngine compiled, Dl4jEngine plain, Batch batch, double tolerance) {
    float[] before = Networks.floats(plain.parameters());
    for (int step = 0; step < 20; step++) {
      compiled.computeGradient(batch, step);
      plain.computeGradient(batch, step);
      Networks.descend(compiled, Networks.LEARNING_RATE);
      Networks.descend(plain, Networks.LEARNING_RATE);
    }
    assertThat(Networks.floats(plain.parameters())).isNotEqualTo(before);
    Networks.assertClose(
        name + " after 20 steps",
        Networks.floats(compiled.parameters()),
        Networks.floats(plain.parameters()),
        tolerance);
  }

  @Test
  void dropoutIsDrawnFromTheKeyAlone() {
    Batch batch = batch(6, new long[] {7}, 3);
    try (Dl4jEngine engine = Dl4jEngine.of(Networks.dropout(), COMPILED)) {
      assertThat(engine.backend()).startsWith("native-cpu");
      double first = engine.computeGradient(batch, 1);
      float[] gradient = Networks.floats(engine.gradient());
      assertThat(engine.computeGradient(batch, 2)).isNotEqualTo(first);
      assertThat(engine.computeGradient(batch, 1)).isEqualTo(first);
      assertThat(Networks.floats(engine.gradient())).isEqualTo(gradient);
    }
  }

  @Test
  void nothingIsDroppedWhenTrainingIsOver() {
    Batch batch = batch(6, new long[] {7}, 3);
    try (Dl4jEngine compiled = Dl4jEngine.of(Networks.dropout(), COMPILED);
        Dl4jEngine plain = Dl4jEngine.of(Networks.dropout(), BY_DL4J)) {
      Networks.assertClose(
          "outputs",
          Networks.floats(compiled.infer(batch).getFirst().memory()),
          Networks.floats(plain.infer(batch).getFirst().memory()),
          TOLERANCE);
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
    return batch(batchSize, features, new long[] {numClasses});
  }

  /**
   * @param labels classes, then time steps, if every one has labels
   */
  private static Batch batch(int batchSize, long[] features, long[] labels) {
    Random random = new Random(SEED);
    FloatTensor x = FloatTensor.zeros(Arena.ofAuto(), shape(batchSize, features));
    for (long i = 0; i < x.memory().byteSize() / Float.BYTES; i++) {
      x.memory().setAtIndex(JAVA_FLOAT, i, 2 * random.nextFloat() - 1);
    }
    FloatTensor y = FloatTensor.zeros(Arena.ofAuto(), shape(batchSize, labels));
    long numSteps = labels.length == 2 ? labels[1] : 1;
    for (long i = 0; i < batchSize; i++) {
      for (long t = 0; t < numSteps; t++) {
        long label = i * labels[0] + random.nextInt((int) labels[0]);
        y.memory().setAtIndex(JAVA_FLOAT, label * numSteps + t, 1);
      }
    }
    return Batch.of(x, y);
  }

  private static long[] shape(int batchSize, long[] example) {
    return LongStream.concat(LongStream.of(batchSize), LongStream.of(example)).toArray();
  }
}
