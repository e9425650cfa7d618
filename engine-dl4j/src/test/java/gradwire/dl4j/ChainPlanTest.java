package gradwire.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import gradwire.config.ComputeChoice;
import gradwire.config.EngineChoice;
import gradwire.random.Draws;
import gradwire.tensor.Floats;
import gradwire.worker.engine.Batch;
import gradwire.worker.engine.StepFlow;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** The shorter way to the gradient against DL4J's own. */
class ChainPlanTest {
  private static final long RANDOM_KEY = 11;
  private static final Dl4jOptions BY_DL4J =
      Dl4jOptions.DEFAULT.with(ComputeChoice.cpu(EngineChoice.DL4J));

  /** Sums of up to 216 terms around 1, some of which cancel: 216 * 2^-24 = 1.3e-5 at worst. */
  private static final double TOLERANCE = 3e-6;

  static Stream<Arguments> chains() {
    return Stream.of(
        Arguments.of("dense", Networks.mlp(), 7, 3),
        Arguments.of(
            "clipped", Networks.mlp(Networks.builder(), new ClippedCrossEntropySum()), 7, 3),
        Arguments.of("convolutions", Networks.convolutions(), 64, 3),
        Arguments.of("first convolution, colour, ReLU", Networks.colour(1, 0), 90, 3),
        Arguments.of("first convolution, stride 2", Networks.colour(2, 0), 90, 3),
        Arguments.of("first convolution, padded", Networks.colour(1, 1), 90, 3),
        Arguments.of("LeNet", Networks.leNet(), 784, 10),
        Arguments.of("batch norm", Networks.batchNorm(true), 7, 3),
        Arguments.of("batch norm of images", Networks.convolutionBatchNorm(), 64, 3),
        Arguments.of("dropout", Networks.dropout(), 7, 3));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("chains")
  void hasDl4jsGradientAndLossAndDraws(
      String name, MultiLayerNetwork network, int numFeatures, int numClasses) {
    Batch batch = Networks.batch(5, 6, numFeatures, numClasses);
    Gradient plain = plain(network, batch);
    try (Dl4jEngine engine = Dl4jEngine.of(network, BY_DL4J)) {
      assertThat(ChainPlan.suits(flat(network))).isTrue();
      double loss = engine.computeGradient(batch, RANDOM_KEY);
      assertThat(loss).as(name).isCloseTo(plain.loss, within(1e-5));
      Networks.assertClose(name, Networks.floats(engine.gradient()), plain.values, TOLERANCE);
    }
  }

  @Test
  void aChangeOfTheBatchSizeChangesTheBuffers() {
    MultiLayerNetwork network = Networks.mlp();
    try (Dl4jEngine engine = Dl4jEngine.of(network, BY_DL4J)) {
      for (int size : new int[] {6, 3, 8, 6}) {
        Batch batch = Networks.batch(size, size, 7, 3);
        engine.computeGradient(batch, RANDOM_KEY);
        Networks.assertClose(
            "batch of " + batch.numExamples(),
            Networks.floats(engine.gradient()),
            plain(network, batch).values,
            TOLERANCE);
      }
    }
  }

  @Test
  void whatAChainCannotHoldGoesDl4jsWay() {
    NeuralNetConfiguration.Builder builder = Networks.builder();
    assertThat(ChainPlan.suits(flat(Networks.mlp(builder, new LossMSE())))).isFalse();
    assertThat(ChainPlan.suits(flat(Networks.mlp(builder, new LossMCXENT(Nd4j.ones(1, 3))))))
        .isFalse();
    assertThat(ChainPlan.suits(flat(endingInALossLayer()))).isFalse();
    assertThat(ChainPlan.suits(flat(noisy()))).isFalse();
  }

  @Test
  void anotherDropoutThanDl4jsStandardOneKeepsItsDraws() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.builder()
                .list()
                .layer(
                    new DenseLayer.Builder()
                        .nIn(7)
                        .nOut(5)
                        .activation(Activation.RELU)
                        .dropOut(new GaussianNoise(0.3))
                        .build())
                .layer(Networks.softmax(5, 3, new LossMCXENT()))
                .build());
    network.init();
    Batch batch = Networks.batch(5, 6, 7, 3);
    try (Dl4jEngine engine = Dl4jEngine.of(network, BY_DL4J)) {
      engine.computeGradient(batch, RANDOM_KEY);
      Networks.assertClose(
          "batch of " + batch.numExamples(),
          Networks.floats(engine.gradient()),
          plain(network, batch).values,
          TOLERANCE);
    }
  }

  private static final class Gradient {
    private final double loss;
    private final float[] values;

    Gradient(double loss, float[] values) {
      this.loss = loss;
      this.values = values;
    }
  }

  private static Gradient plain(MultiLayerNetwork network, Batch batch) {
    MemorySegment gradient = Floats.allocate(Arena.ofAuto(), network.numParams());
    FlatMultiLayerNetwork flat = flat(network, gradient);
    PlainPlan plan =
        new PlainPlan(flat, Parameters.of(flat.layers()), gradient, flat.dividesByBatchSize());
    Nd4j.getRandom().setSeed(Draws.of(RANDOM_KEY, Draws.Purpose.DROPOUT).nextLong());
    double loss =
        plan.computeGradient(
            new INDArray[] {Networks.array(batch.features().getFirst())},
            new INDArray[] {Networks.array(batch.labels().getFirst())},
            StepFlow.NONE);
    return new Gradient(loss, Networks.floats(gradient));
  }

  private static FlatMultiLayerNetwork flat(MultiLayerNetwork network) {
    return flat(network, Floats.allocate(Arena.ofAuto(), network.numParams()));
  }

  private static FlatMultiLayerNetwork flat(MultiLayerNetwork network, MemorySegment gradient) {
    return new FlatMultiLayerNetwork(
        network.getLayerWiseConfigurations().clone(),
        network.params().dup().reshape(1, network.numParams()),
        SegmentArrays.array(gradient, 1, network.numParams()));
  }

  private static MultiLayerNetwork endingInALossLayer() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.builder()
                .list()
                .layer(Networks.dense(7, 3, Activation.IDENTITY))
                .layer(
                    new LossLayer.Builder(new LossMCXENT()).activation(Activation.SOFTMAX).build())
                .build());
    network.init();
    return network;
  }

  private static MultiLayerNetwork noisy() {
    return Networks.mlp(
        Networks.builder().weightNoise(new org.deeplearning4j.nn.conf.weightnoise.DropConnect(0.5)),
        new LossMCXENT());
  }
}
