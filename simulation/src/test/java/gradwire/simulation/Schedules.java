package gradwire.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Many schedules, on all cores: each is independent of the others. A world and its processes go on
 * by turns, which is cheapest among virtual threads.
 */
final class Schedules {
  /** What was run. */
  record Done(
      long numSchedules,
      long numEvents,
      long numFaults,
      long numRestored,
      long numChanges,
      double seconds) {
    @Override
    public String toString() {
      return "%d schedules, %d events, %d faults, %d snapshots restored, replicas dealt out %d times, %.0f schedules/s"
          .formatted(
              numSchedules, numEvents, numFaults, numRestored, numChanges, numSchedules / seconds);
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
    LongAdder changes = new LongAdder();
    AtomicLong next = new AtomicLong(first);
    List<Future<?>> runners = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int core = 0; core < Runtime.getRuntime().availableProcessors(); core++) {
        runners.add(
            threads.submit(
                () -> {
                  for (long seed = next.getAndIncrement();
                      seed < first + count;
                      seed = next.getAndIncrement()) {
                    World.Ending ending = well(seed);
                    schedules.increment();
                    events.add(ending.numEvents());
                    faults.add(ending.numFaults());
                    restored.add(ending.numRestored());
                    changes.add(ending.numChanges());
                  }
                }));
      }
    }
    expectWell(runners);
    double seconds = (System.nanoTime() - begun) / 1e9;
    return new Done(
        schedules.sum(), events.sum(), faults.sum(), restored.sum(), changes.sum(), seconds);
  }

  private static void expectWell(List<Future<?>> runners) {
    for (Future<?> runner : runners) {
      if (runner.state() == Future.State.FAILED
          && runner.exceptionNow() instanceof AssertionError bad) {
        throw bad;
      }
      runner.resultNow();
    }
  }

  private static World.Ending well(long seed) {
    try {
      return Simulation.run(seed, Rules.DOCUMENTED);
    } catch (RuntimeException broken) {
      throw new AssertionError(Simulation.story(seed, Rules.DOCUMENTED), broken);
    }
  }
}
