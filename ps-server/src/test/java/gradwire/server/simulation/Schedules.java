package gradwire.server.simulation;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;

/** Many schedules, on all cores: each is independent of the others. */
final class Schedules {
  /** What was run. */
  record Done(long numSchedules, long numEvents, long numFaults, long numRestored, double seconds) {
    @Override
    public String toString() {
      return "%d schedules, %d events, %d faults, %d snapshots restored, %.0f schedules/s"
          .formatted(numSchedules, numEvents, numFaults, numRestored, numSchedules / seconds);
    }
  }

  private Schedules() {}

  /**
   * Runs the schedules of seeds {@code [first, first + count)}.
   *
   * @throws AssertionError at the first bad seed, with its story
   */
  static Done run(long first, long count) {
    long begun = System.nanoTime();
    LongAdder schedules = new LongAdder();
    LongAdder events = new LongAdder();
    LongAdder faults = new LongAdder();
    LongAdder restored = new LongAdder();
    LongStream.range(first, first + count)
        .parallel()
        .forEach(
            seed -> {
              World.Ending ending = well(seed);
              schedules.increment();
              events.add(ending.numEvents());
              faults.add(ending.numFaults());
              restored.add(ending.numRestored());
            });
    double seconds = (System.nanoTime() - begun) / 1e9;
    return new Done(schedules.sum(), events.sum(), faults.sum(), restored.sum(), seconds);
  }

  private static World.Ending well(long seed) {
    try {
      return Simulation.run(seed, Rules.DOCUMENTED);
    } catch (RuntimeException broken) {
      throw new AssertionError(Simulation.story(seed, Rules.DOCUMENTED), broken);
    }
  }
}
