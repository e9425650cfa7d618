package gradwire.server.membership;

import gradwire.membership.Beat;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** How long a gradient takes each worker, as its beats tell: a moving average. One thread. */
final class Paces {
  private static final double WEIGHT_OF_NEWEST = 0.3;

  /** All stand still if no gradient came in the time that the slowest takes for this many. */
  private static final int GRADIENTS_MISSING = 4;

  private final Map<Integer, Double> nanos = new HashMap<>();
  private long notedMillis;

  void note(Beat beat, long nowMillis) {
    if (beat.numGradients() > 0) {
      notedMillis = nowMillis;
      nanos.merge(
          beat.member().worker(),
          (double) beat.nanosPerGradient(),
          (before, newest) -> before + WEIGHT_OF_NEWEST * (newest - before));
    }
  }

  /** A new process may be on another machine. */
  void forget(int worker) {
    nanos.remove(worker);
  }

  /**
   * Forgets all if all stand still, for {@code leastMillis} at least: what was before says nothing
   * of whom they wait for.
   */
  void forgetIfAllStandStill(long nowMillis, long leastMillis) {
    double slowest = nanos.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    long silent = nowMillis - notedMillis;
    if (silent >= leastMillis && silent * 1e6 >= GRADIENTS_MISSING * slowest) {
      nanos.clear();
    }
  }

  /** Nanoseconds a gradient; empty if unknown. */
  OptionalDouble of(int worker) {
    Double known = nanos.get(worker);
    return known == null ? OptionalDouble.empty() : OptionalDouble.of(known);
  }

  /** The middle one of what is known of {@code workers}, of two the lower; empty if nothing is. */
  OptionalDouble median(Collection<Integer> workers) {
    double[] known =
        workers.stream()
            .map(nanos::get)
            .filter(value -> value != null)
            .mapToDouble(Double::doubleValue)
            .sorted()
            .toArray();
    return known.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(known[(known.length - 1) / 2]);
  }
}
