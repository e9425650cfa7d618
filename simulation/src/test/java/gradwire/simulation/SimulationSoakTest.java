package gradwire.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Far more schedules than a build has time for. {@code -Dgradwire.simulation.first=0} and {@code
 * -Dgradwire.simulation.count=100000} say which.
 */
@Tag("slow")
final class SimulationSoakTest {
  private static final long FIRST = Long.getLong("gradwire.simulation.first", 0);
  private static final long COUNT = Long.getLong("gradwire.simulation.count", 100_000);

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void nothingIsLostOrAppliedTwiceInAHundredThousandSchedules() {
    Schedules.Done done = Schedules.run(FIRST, COUNT);
    System.out.println("soak: seeds from " + FIRST + ": " + done);

    assertThat(done.numSchedules()).isEqualTo(COUNT);
    assertThat(done.numFaults()).isGreaterThan(COUNT);
  }
}
