package gradwire.server.membership;

import gradwire.membership.Beat;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** How long a gradient takes each worker, as its beats tell: a moving average. One thread. */
final class Paces {
  private static final double WEIGHT_OF_NEWEST = 0.3;

  private final Map<Integer, Double> nanos = new HashMap<>();

  void note(Beat beat) {
    if (beat.numGradients() > 0) {
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
