package gradwire.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class ReferenceNetworkTest {
  private static final long SEED = 7;
  private static final int[] IMAGES = {0, 1, 2, 3, 4};

  @Test
  void gradientAgreesWithFiniteDifferences() throws IOException {
    ReferenceNetwork network = new ReferenceNetwork(RawMnist.read());
    RandomGenerator random = new Random(SEED);
    double[] parameters = ReferenceNetwork.initialParameters(random);
    double[] gradient = new double[parameters.length];
    network.lossAndGradient(parameters, IMAGES, gradient);
    int numSlopes = 0;
    for (int trial = 0; trial < 400; trial++) {
      int index = anyParameter(random, trial);
      assertThat(gradient[index])
          .as("seed %d parameter %d", SEED, index)
          .isCloseTo(slope(network, parameters, index), within(1e-6));
      numSlopes += gradient[index] != 0 ? 1 : 0;
    }
    assertThat(numSlopes).as("parameters with a slope").isGreaterThan(100);
  }

  @Test
  void lossOfTheWholeIsTheSumOverTheParts() throws IOException {
    ReferenceNetwork network = new ReferenceNetwork(RawMnist.read());
    double[] parameters = ReferenceNetwork.initialParameters(new Random(SEED));
    double whole = network.lossAndGradient(parameters, IMAGES, new double[parameters.length]);
    assertThat(network.loss(parameters, 0, 2) + network.loss(parameters, 2, 5))
        .isCloseTo(whole, within(1e-12));
  }

  @Test
  void whereTheProbabilityIsClippedTheLossIsCappedAndTheGradientIsZero() throws IOException {
    RawMnist data = RawMnist.read();
    double[] parameters = new double[ReferenceNetwork.NUM_PARAMETERS];
    parameters[ReferenceNetwork.OUTPUT_BIAS + data.label(0)] = -100;
    double[] gradient = new double[parameters.length];
    double loss = new ReferenceNetwork(data).lossAndGradient(parameters, new int[] {0}, gradient);
    assertThat(loss).isCloseTo(-Math.log(1e-10), within(1e-12));
    assertThat(gradient).containsOnly(0);
  }

  /** Every other one outside the first layer, so that the small tensors are met too. */
  private static int anyParameter(RandomGenerator random, int trial) {
    return trial % 2 == 0
        ? random.nextInt(ReferenceNetwork.HIDDEN_BIAS)
        : random.nextInt(ReferenceNetwork.HIDDEN_BIAS, ReferenceNetwork.NUM_PARAMETERS);
  }

  private static double slope(ReferenceNetwork network, double[] parameters, int index) {
    double h = 1e-6;
    double middle = parameters[index];
    parameters[index] = middle + h;
    double above = network.loss(parameters, 0, IMAGES.length);
    parameters[index] = middle - h;
    double below = network.loss(parameters, 0, IMAGES.length);
    parameters[index] = middle;
    return (above - below) / (2 * h);
  }
}
