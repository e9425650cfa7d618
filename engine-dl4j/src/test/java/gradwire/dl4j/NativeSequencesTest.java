package gradwire.dl4j;

import static gradwire.dl4j.BothEngines.COMPILED;
import static gradwire.dl4j.BothEngines.assertSame;
import static gradwire.dl4j.BothEngines.batch;
import static gradwire.dl4j.BothEngines.lstm;
import static gradwire.dl4j.BothEngines.network;
import static gradwire.dl4j.BothEngines.sequence;
import static gradwire.dl4j.BothEngines.softmax;
import static gradwire.dl4j.BothEngines.softmaxOfSteps;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.UsageException;
import gradwire.worker.engine.Batch;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
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
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Compiled networks of sequences against DL4J's own layers. */
class NativeSequencesTest {
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
}
