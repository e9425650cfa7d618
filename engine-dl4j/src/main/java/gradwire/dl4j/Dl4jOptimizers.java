package gradwire.dl4j;

import gradwire.error.Expect;
import gradwire.error.UsageException;
import gradwire.tensor.TensorKind;
import gradwire.update.OptimizerSpec;
import gradwire.update.ScheduleSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A network's own updater and regularisation as the optimizer that servers run; the same arithmetic
 * to rounding, or a refusal.
 *
 * <table>
 * <caption>What becomes what</caption>
 * <tr><td>{@code Sgd}</td><td>{@code sgd}</td></tr>
 * <tr><td>{@code Nesterovs}</td><td>{@code nesterov}; DL4J keeps {@code -lr * a} where we keep
 *     {@code a}: the same weights</td></tr>
 * <tr><td>{@code Adam}</td><td>{@code adam}: both have the epsilon-hat form</td></tr>
 * <tr><td>{@code AdaGrad}</td><td>{@code adagrad}, {@code initial_accumulator_value} 1e-6 as DL4J
 *     starts; DL4J adds epsilon beside the root too, which changes an update by 1 in 1,000 at most
 *     (at epsilon 1e-6), ours has none</td></tr>
 * <tr><td>{@code l2}</td><td>{@code weight_decay}, added to the gradient</td></tr>
 * <tr><td>{@code weightDecay}</td><td>{@code weight_decay}: of {@code sgd}, or {@code adamw}
 *     instead of {@code adam}; given for the whole network, M2.1 applies it twice, and so do
 *     we</td></tr>
 * </table>
 *
 * <p>Refused: {@code RmsProp} (DL4J's mean square starts at epsilon, TensorFlow's at 1: other first
 * steps), every other updater, schedules, l1, gradient normalisation and clipping, constraints,
 * regularised biases, and layers that differ.
 */
public final class Dl4jOptimizers {
  private static final String REMEDY =
      "set training.optimizer in the job instead, or change the layer";

  private Dl4jOptimizers() {}

  /**
   * @throws UsageException naming layer and feature, if the servers have nothing equal
   */
  public static OptimizerSpec specOf(MultiLayerNetwork network) {
    Nd4jSetup.ensure();
    network.init();
    return specOf(NamedLayer.of(network));
  }

  /**
   * @throws UsageException naming layer and feature, if the servers have nothing equal
   */
  public static OptimizerSpec specOf(ComputationGraph graph) {
    Nd4jSetup.ensure();
    graph.init();
    return specOf(NamedLayer.of(graph));
  }

  private static OptimizerSpec specOf(List<NamedLayer> layers) {
    layers.forEach(Dl4jOptimizers::requirePlain);
    List<Parameters.Parameter> trained =
        Parameters.of(layers).parameters().stream()
            .filter(parameter -> parameter.kind() != TensorKind.STATISTIC)
            .toList();
    IUpdater updater = commonUpdater(trained);
    ServerRule rule = ServerRule.of(updater, where(trained.getFirst()));
    WeightPenalty penalty = commonPenalty(trained, rule.learningRate());
    return spec(rule, penalty, where(trained.getFirst()));
  }

  private static OptimizerSpec spec(ServerRule rule, WeightPenalty penalty, String where) {
    Map<String, Double> hyperparameters = new TreeMap<>(rule.hyperparameters());
    String name = rule.name();
    if (penalty.coupled() > 0) {
      hyperparameters.put("weight_decay", penalty.coupled());
    }
    if (penalty.decoupled() > 0) {
      name = rule.decoupledName(where);
      hyperparameters.merge("weight_decay", penalty.decoupled(), Double::sum);
    }
    Expect.that(
        !name.equals("adamw") || penalty.coupled() == 0,
        where,
        "l2 or weightDecay",
        "both",
        REMEDY);
    return new OptimizerSpec(name, hyperparameters, ScheduleSpec.CONSTANT);
  }

  private static IUpdater commonUpdater(List<Parameters.Parameter> trained) {
    Parameters.Parameter first = trained.getFirst();
    IUpdater updater = config(first).getUpdaterByParam(first.key());
    for (Parameters.Parameter parameter : trained) {
      IUpdater own = config(parameter).getUpdaterByParam(parameter.key());
      Expect.that(
          own.equals(updater),
          where(parameter),
          "the updater of " + where(first) + ", " + updater,
          own,
          REMEDY);
    }
    return updater;
  }

  private static WeightPenalty commonPenalty(
      List<Parameters.Parameter> trained, double learningRate) {
    WeightPenalty ofWeights =
        trained.stream()
            .filter(parameter -> parameter.kind() == TensorKind.WEIGHT)
            .findFirst()
            .map(parameter -> penalty(parameter, learningRate))
            .orElse(WeightPenalty.NONE);
    for (Parameters.Parameter parameter : trained) {
      boolean weight = parameter.kind() == TensorKind.WEIGHT;
      WeightPenalty expected = weight ? ofWeights : WeightPenalty.NONE;
      WeightPenalty own = penalty(parameter, learningRate);
      Expect.that(
          own.equals(expected), where(parameter), "regularisation " + expected, own, REMEDY);
    }
    return ofWeights;
  }

  private static WeightPenalty penalty(Parameters.Parameter parameter, double learningRate) {
    return WeightPenalty.of(
        config(parameter).getRegularizationByParam(parameter.key()),
        learningRate,
        where(parameter));
  }

  private static void requirePlain(NamedLayer named) {
    TrainingConfig config = named.layer().getConfig();
    String where = "layer " + named.name();
    Expect.that(config instanceof Layer, where, "a layer", named.layer(), REMEDY);
    GradientNormalization normalization = config.getGradientNormalization();
    Expect.that(
        normalization == null || normalization == GradientNormalization.None,
        where,
        "no gradient normalisation or clipping",
        normalization,
        REMEDY);
    var constraints = ((Layer) config).getConstraints();
    Expect.that(
        constraints == null || constraints.isEmpty(), where, "no constraints", constraints, REMEDY);
  }

  private static TrainingConfig config(Parameters.Parameter parameter) {
    return parameter.layer().getConfig();
  }

  private static String where(Parameters.Parameter parameter) {
    return "parameter " + parameter.dl4jName();
  }
}
