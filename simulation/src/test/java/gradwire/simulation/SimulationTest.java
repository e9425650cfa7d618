package gradwire.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thousands of short runs in which everything goes wrong that may. */
final class SimulationTest {
  private static final int NUM_SCHEDULES = 3_000;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void nothingIsLostOrAppliedTwiceWhateverGoesWrong() {
    Schedules.Done done = Schedules.run(0, NUM_SCHEDULES);
    System.out.println("simulation: " + done);

    assertThat(done.numSchedules()).isEqualTo(NUM_SCHEDULES);
    assertThat(done.numFaults()).isGreaterThan(NUM_SCHEDULES);
    assertThat(done.numRestored()).isGreaterThan(NUM_SCHEDULES / 20);
  }

  /** Of the workers' own code, as long as the simulation draws as it did then. */
  @ParameterizedTest
  @ValueSource(longs = {77, 256, 1879, 5991, 48877, 57596})
  void whatItHasFoundStaysMended(long seed) {
    assertThat(Simulation.failure(seed, Rules.DOCUMENTED)).isEmpty();
  }

  @Test
  void aSeedIsASchedule() {
    for (long seed = 0; seed < 50; seed++) {
      assertThat(Simulation.run(seed, Rules.DOCUMENTED).hash())
          .as("seed %d", seed)
          .isEqualTo(Simulation.run(seed, Rules.DOCUMENTED).hash());
    }
    assertThat(Simulation.run(1, Rules.DOCUMENTED).hash())
        .isNotEqualTo(Simulation.run(2, Rules.DOCUMENTED).hash());
  }
}
