package gradwire.dl4j;

import static gradwire.dl4j.BothEngines.BY_DL4J;
import static gradwire.dl4j.BothEngines.COMPILED;
import static gradwire.dl4j.BothEngines.assertSame;
import static gradwire.dl4j.BothEngines.batch;
import static gradwire.dl4j.BothEngines.lstm;
import static gradwire.dl4j.BothEngines.network;
import static gradwire.dl4j.BothEngines.same;
import static gradwire.dl4j.BothEngines.sequence;
import static gradwire.dl4j.BothEngines.softmax;
import static gradwire.dl4j.BothEngines.train;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Compiled graphs against DL4J's own layers, and whole models over several steps. */
class NativeGraphsTest {
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

  @Test
  void aResidualGraphHasDl4jsGradientLossAndOutputs() {
    assertSame("residual graph", residual(), batch(6, new long[] {3, 8, 7}, 3));
  }

  /** conv - [conv - norm - ReLU - conv - norm] + itself - ReLU - [1x1, stride 2] ... - mean. */
  static ComputationGraph residual() {
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
}
