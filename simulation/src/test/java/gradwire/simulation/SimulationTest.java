package gradwire.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Thousands of short runs in which everything goes wrong that may. */
final class SimulationTest {
  private static final int NUM_SCHEDULES = 3000;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void nothingIsLostOrAppliedTwiceWhateverGoesWrong() {
    Schedules.Done done = Schedules.run(0, NUM_SCHEDULES);
    System.out.println("simulation: " + done);

    assertThat(done.numSchedules()).isEqualTo(NUM_SCHEDULES);
    assertThat(done.numFaults()).isGreaterThan(NUM_SCHEDULES);
    assertThat(done.numRestored()).isGreaterThan(NUM_SCHEDULES / 20);
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
