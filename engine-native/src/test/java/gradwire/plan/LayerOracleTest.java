package gradwire.plan;

import gradwire.kernels.cpu.Activation;
import gradwire.kernels.cpu.ElementLoss;
import gradwire.kernels.cpu.SoftmaxLoss;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every layer's values and gradients against the float64 oracle, over shapes with primes and edges.
 */
class LayerOracleTest {
  static Stream<Arguments> losses() {
    return Stream.concat(
        Stream.of(
            Arguments.of(new Loss.Softmax(SoftmaxLoss.CROSS_ENTROPY), true),
            Arguments.of(new Loss.Softmax(SoftmaxLoss.CLIPPED), true),
            Arguments.of(
                new Loss.Elements(Activation.SIGMOID, ElementLoss.BINARY_CROSS_ENTROPY), false)),
        Stream.of(Activation.values())
            .map(f -> Arguments.of(new Loss.Elements(f, ElementLoss.MEAN_SQUARED), false)));
  }

  /** What losses are tried on: 7 features, 3 outputs. */
  static Nets small() {
    return new Nets().dense(7, 5, Activation.TANH).dense(5, 3, Activation.IDENTITY);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("losses")
  void lossesAreTheOracles(Loss loss, boolean oneHot) {
    Nets net = small();
    OracleCheck.check(ExecutionPlan::new, net.with(loss), net, Shape.flat(7), 5, oneHot);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("gradwire.plan.OracleCases#networks")
  void valuesAndGradientsAreTheOracles(
      String name, Nets net, Shape input, int batchSize, Loss loss) {
    OracleCheck.check(ExecutionPlan::new, net.with(loss), net, input, batchSize, false);
  }
}
