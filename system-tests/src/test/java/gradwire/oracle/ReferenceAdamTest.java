package gradwire.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class ReferenceAdamTest {
  @Test
  void epsilonIsAddedToTheUncorrectedRoot() {
    double[] weights = {1};
    new ReferenceAdam(0.01, 1).step(weights, new double[] {2e-6}, 0.5);
    // g = 1e-6: m = 1e-7, v = 1e-15, rate = 0.01·sqrt(0.001)/0.1; textbook Adam would give 0.9901.
    double expected = 1 - 0.01 * Math.sqrt(0.001) / 0.1 * 1e-7 / (Math.sqrt(1e-15) + 1e-8);
    assertThat(weights[0]).isCloseTo(expected, within(1e-15));
  }
}
