package gradwire.dl4j;

import static gradwire.dl4j.BothEngines.BY_DL4J;
import static gradwire.dl4j.BothEngines.COMPILED;
import static gradwire.dl4j.BothEngines.TOLERANCE;
import static gradwire.dl4j.BothEngines.assertSame;
import static gradwire.dl4j.BothEngines.batch;
import static gradwire.dl4j.BothEngines.lstm;
import static gradwire.dl4j.BothEngines.network;
import static gradwire.dl4j.BothEngines.sequence;
import static gradwire.dl4j.BothEngines.softmax;
import static gradwire.dl4j.BothEngines.softmaxOfSteps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.UsageException;
import gradwire.worker.engine.Batch;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
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

/** Compiled networks of dense layers and of images against DL4J's own layers. */
class NativeComputationTest {
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void hasDl4jsGradientLossAndOutputs(
      String name, MultiLayerNetwork network, long[] features, int numClasses) {
    int least = name.startsWith("batch norm") ? 2 : 1; // of one example nothing is left
    for (int batchSize : new int[] {least, 6, 13}) {
      assertSame(name, network, batch(batchSize, features, numClasses));
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
}
