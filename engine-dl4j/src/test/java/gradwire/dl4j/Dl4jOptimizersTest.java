package gradwire.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.error.UsageException;
import gradwire.tensor.FlatLayout;
import gradwire.tensor.TensorKind;
import gradwire.update.OptimizerSpec;
import gradwire.update.ScheduleSpec;
import gradwire.worker.engine.Batch;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** What a network's updater becomes, and that it does on float64 what DL4J's fit does. */
class Dl4jOptimizersTest {
  static Stream<Arguments> updaters() {
    return Stream.of(
        Arguments.of(new Sgd(0.1), "sgd", Map.of("learning_rate", 0.1), 1e-6),
        Arguments.of(
            new Nesterovs(0.1, 0.8),
            "nesterov",
            Map.of("learning_rate", 0.1, "momentum", 0.8),
            1e-6),
        Arguments.of(
            new Adam(0.01),
            "adam",
            Map.of("learning_rate", 0.01, "beta1", 0.9, "beta2", 0.999, "epsilon", 1e-8),
            2e-5),
        Arguments.of(
            new AdaGrad(0.05),
            "adagrad",
            Map.of("learning_rate", 0.05, "initial_accumulator_value", 1e-6),
            5 * 0.05e-3));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("updaters")
  void anUpdaterBecomesARuleThatMovesTheWeightsAsFitDoes(
      IUpdater updater, String name, Map<String, Double> hyperparameters, double tolerance) {
    MultiLayerNetwork network = Networks.mlp(Networks.builder(updater), new LossMCXENT());
    OptimizerSpec spec = Dl4jOptimizers.specOf(network);
    assertThat(spec).isEqualTo(new OptimizerSpec(name, hyperparameters, ScheduleSpec.CONSTANT));
    checkAgainstFit(network, spec, tolerance);
  }

  @Test
  void l2IsCoupledWeightDecay() {
    MultiLayerNetwork network = network(new Adam(0.01), builder -> builder.l2(0.3));
    OptimizerSpec spec = Dl4jOptimizers.specOf(network);
    assertThat(spec.name()).isEqualTo("adam");
    assertThat(spec.hyperparameters()).containsEntry("weight_decay", 0.3);
    checkAgainstFit(network, spec, 2e-5);
  }

  @Test
  void weightDecayWithAdamIsAdamW() {
    MultiLayerNetwork network = decayed(new Adam(0.01), true);
    OptimizerSpec spec = Dl4jOptimizers.specOf(network);
    assertThat(spec.name()).isEqualTo("adamw");
    assertThat(spec.hyperparameters()).containsEntry("weight_decay", 0.3);
    checkAgainstFit(network, spec, 2e-5);
  }

  @Test
  void weightDecayThatIgnoresTheLearningRateIsDividedByIt() {
    MultiLayerNetwork network = decayed(new Sgd(0.1), false);
    OptimizerSpec spec = Dl4jOptimizers.specOf(network);
    assertThat(spec.hyperparameters().get("weight_decay")).isCloseTo(3, within(1e-12));
    checkAgainstFit(network, spec, 1e-6);
  }

  /** DL4J 1.0.0-M2.1 adds a network-wide weightDecay to every layer twice. */
  @Test
  void weightDecayOfTheWholeNetworkIsDoubledAsDl4jDoublesIt() {
    MultiLayerNetwork network = network(new Sgd(0.1), builder -> builder.weightDecay(0.3));
    OptimizerSpec spec = Dl4jOptimizers.specOf(network);
    assertThat(spec.hyperparameters()).containsEntry("weight_decay", 0.6);
    checkAgainstFit(network, spec, 1e-6);
  }

  @Test
  void aGraphWithBatchNormHasItsUpdaterToo() {
    assertThat(Dl4jOptimizers.specOf(new ComputationGraph(Networks.graph())))
        .isEqualTo(new OptimizerSpec("sgd", Map.of("learning_rate", 0.1), ScheduleSpec.CONSTANT));
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        refusal("AMSGrad", new AMSGrad(), builder -> builder, "parameter 0_W: expected an updater"),
        refusal("RmsProp", new RmsProp(), builder -> builder, "got RmsProp("),
        refusal("l1", new Sgd(), builder -> builder.l1(0.1), "parameter 0_W: expected l2 or"),
        refusal(
            "regularised biases",
            new Sgd(),
            builder -> builder.l2Bias(0.1),
            "parameter 0_b: expected regularisation WeightPenalty[coupled=0.0"),
        refusal(
            "weightDecay with Nesterovs",
            new Nesterovs(0.1),
            builder -> builder.weightDecay(0.1),
            "got weightDecay with nesterov"),
        refusal(
            "clipping",
            new Sgd(),
            builder -> builder.gradientNormalization(GradientNormalization.ClipL2PerLayer),
            "layer 0: expected no gradient normalisation or clipping, got ClipL2PerLayer"),
        refusal(
            "constraints",
            new Sgd(),
            builder -> builder.constrainWeights(new NonNegativeConstraint()),
            "layer 0: expected no constraints, got "),
        refusal(
            "schedule",
            new Sgd(new ExponentialSchedule(ScheduleType.ITERATION, 0.1, 0.9)),
            builder -> builder,
            "parameter 0_W: expected a constant learning rate and momentum, got "),
        refusal(
            "momentum schedule",
            new Nesterovs(0.1, new ExponentialSchedule(ScheduleType.ITERATION, 0.1, 0.9)),
            builder -> builder,
            "parameter 0_W: expected a constant learning rate and momentum, got "),
        refusal(
            "large epsilon",
            new AdaGrad(0.1, 1e-3),
            builder -> builder,
            "parameter 0_W: expected AdaGrad with epsilon of at most 1.0E-6"),
        refusal(
            "another updater for biases",
            new Sgd(0.1),
            builder -> builder.biasUpdater(new Sgd(0.2)),
            "parameter 0_b: expected the updater of parameter 0_W, "));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void whatTheServersDoNotHaveIsRefusedByLayerAndFeature(
      String feature, MultiLayerNetwork network, String message) {
    assertThatThrownBy(() -> Dl4jOptimizers.specOf(network))
        .as(feature)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  @Test
  void layersThatDifferAreRefused() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.builder(new Sgd(0.1))
                .list()
                .layer(
                    new DenseLayer.Builder()
                        .nIn(7)
                        .nOut(5)
                        .activation(Activation.RELU)
                        .l2(0.5)
                        .build())
                .layer(Networks.softmax(5, 3, new LossMCXENT()))
                .build());
    assertThatThrownBy(() -> Dl4jOptimizers.specOf(network))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("parameter 1_W: expected regularisation WeightPenalty[coupled=0.5");
  }

  /** A change to a configuration. */
  @FunctionalInterface
  private interface Change {
    NeuralNetConfiguration.Builder apply(NeuralNetConfiguration.Builder builder);
  }

  private static Arguments refusal(
      String feature, IUpdater updater, Change change, String message) {
    return Arguments.of(feature, network(updater, change), message);
  }

  private static MultiLayerNetwork network(IUpdater updater, Change change) {
    return Networks.mlp(change.apply(Networks.builder(updater)), new LossMCXENT());
  }

  private static MultiLayerNetwork decayed(IUpdater updater, boolean timesLearningRate) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.builder(updater)
                .list()
                .layer(
                    new DenseLayer.Builder()
                        .nIn(7)
                        .nOut(5)
                        .activation(Activation.RELU)
                        .weightDecay(0.3, timesLearningRate)
                        .build())
                .layer(
                    new OutputLayer.Builder(new LossMCXENT())
                        .nIn(5)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .weightDecay(0.3, timesLearningRate)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static void checkAgainstFit(
      MultiLayerNetwork network, OptimizerSpec spec, double tolerance) {
    try (Dl4jEngine engine = Dl4jEngine.of(network)) {
      OracleOptimizer optimizer = new OracleOptimizer(spec, engine.layout().numFloats());
      for (int step = 1; step <= 5; step++) {
        Batch batch = Networks.batch(step, 6, 7, 3);
        engine.computeGradient(batch, step);
        optimizer.apply(engine, weights(engine.layout()));
        network.fit(
            Networks.array(batch.features().getFirst()), Networks.array(batch.labels().getFirst()));
      }
      Networks.assertClose(
          spec.toString(),
          Networks.floats(engine.parameters()),
          network.params().dup().data().asFloat(),
          tolerance);
    }
  }

  private static boolean[] weights(FlatLayout layout) {
    boolean[] weights = new boolean[(int) layout.numFloats()];
    for (int t = 0; t < layout.tensors().size(); t++) {
      boolean weight = layout.tensors().get(t).kind() == TensorKind.WEIGHT;
      java.util.Arrays.fill(weights, (int) layout.offset(t), (int) layout.offset(t + 1), weight);
    }
    return weights;
  }
}
