package gradwire.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Thousands of short runs in which everything goes wrong that may. */
final class SimulationTest {
  private static final int NUM_SCHEDULES = 3_000;

  /** Runs {@code [0, numSchedules)}; a failure tells the seed and its story. */
  static void everySchedule(long numSchedules) {
    long begun = System.nanoTime();
    long numEvents = 0;
    long numFaults = 0;
    for (long seed = 0; seed < numSchedules; seed++) {
      try {
        World.Ending ending = Simulation.run(seed, Rules.DOCUMENTED);
        numEvents += ending.numEvents();
        numFaults += ending.numFaults();
      } catch (RuntimeException broken) {
        throw new AssertionError(Simulation.story(seed, Rules.DOCUMENTED), broken);
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.printf(
        "simulation: %d schedules, %d events, %d faults, %.0f schedules/s%n",
        numSchedules, numEvents, numFaults, numSchedules / seconds);
    assertThat(numFaults).isGreaterThan(numSchedules);
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void nothingIsLostOrAppliedTwiceWhateverGoesWrong() {
    everySchedule(NUM_SCHEDULES);
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
