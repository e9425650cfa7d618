package gradwire.server.membership;

import gradwire.membership.Moves;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Sees workers that are slower than the others, and relieves them: where each step waits for the
 * slowest, a replica moves when a step then takes at least a tenth less. What it sees must have
 * been so for {@value #HELD_MILLIS} ms, and after a move the paces must settle first. One thread.
 */
final class Stragglers {
  static final long HELD_MILLIS = 5_000;

  private static final double TOO_SLOW = 2;
  private static final double WORTH_A_MOVE = 0.9;

  private final Paces paces;
  private final Map<Integer, Long> slowSinceMillis = new HashMap<>();
  private final Set<Integer> reported = new HashSet<>();
  private Optional<Move> sought = Optional.empty();
  private long soughtSinceMillis;

  Stragglers(Paces paces) {
    this.paces = paces;
  }

  /**
   * What would make steps faster.
   *
   * @param replica goes from {@code from} to {@code to}
   */
  record Move(int replica, int from, int to) {}

  /** Lines on workers that have become stragglers. */
  List<String> news(NavigableSet<Integer> alive, long nowMillis) {
    slowSinceMillis.keySet().retainAll(alive);
    reported.retainAll(alive);
    return alive.stream().flatMap(worker -> news(worker, alive, nowMillis).stream()).toList();
  }

  private Optional<String> news(int worker, NavigableSet<Integer> alive, long nowMillis) {
    OptionalDouble own = paces.of(worker);
    OptionalDouble others = paces.median(alive.stream().filter(other -> other != worker).toList());
    if (own.isEmpty() || others.isEmpty() || own.getAsDouble() < TOO_SLOW * others.getAsDouble()) {
      slowSinceMillis.remove(worker);
      reported.remove(worker);
      return Optional.empty();
    }
    long since = slowSinceMillis.computeIfAbsent(worker, unknown -> nowMillis);
    return nowMillis - since >= HELD_MILLIS && reported.add(worker)
        ? Optional.of(
            "worker-%d: straggler, %s a gradient, others %s"
                .formatted(worker, millis(own.getAsDouble()), millis(others.getAsDouble())))
        : Optional.empty();
  }

  /** The move to make now, if there is one. */
  Optional<Move> relief(MembershipState state, NavigableSet<Integer> alive, long nowMillis) {
    Optional<Move> best =
        state.plan().moves() == Moves.WHEN_SLOW ? best(state, alive) : Optional.empty();
    if (!best.equals(sought)) {
      sought = best;
      soughtSinceMillis = nowMillis;
    }
    if (best.isEmpty() || nowMillis - soughtSinceMillis < HELD_MILLIS) {
      return Optional.empty();
    }
    sought = Optional.empty();
    return best;
  }

  private Optional<Move> best(MembershipState state, NavigableSet<Integer> alive) {
    int slowest = -1;
    double longest = 0;
    for (int worker : alive) {
      int load = state.of(worker).size();
      OptionalDouble pace = paces.of(worker);
      if (load > 0 && pace.isEmpty()) {
        return Optional.empty();
      }
      if (load > 0 && load * pace.getAsDouble() > longest) {
        longest = load * pace.getAsDouble();
        slowest = worker;
      }
    }
    return slowest < 0 ? Optional.empty() : best(state, alive, slowest, longest);
  }

  private Optional<Move> best(
      MembershipState state, NavigableSet<Integer> alive, int slowest, double longest) {
    int replica = state.of(slowest).getLast();
    double shortest = WORTH_A_MOVE * longest;
    Optional<Move> best = Optional.empty();
    for (int to : alive) {
      double then = stepNanos(state, alive, slowest, to);
      if (to != slowest && then <= shortest && (best.isEmpty() || then < shortest)) {
        shortest = then;
        best = Optional.of(new Move(replica, slowest, to));
      }
    }
    return best;
  }

  /** How long a step takes when a replica has gone from one worker to another. */
  private double stepNanos(MembershipState state, NavigableSet<Integer> alive, int from, int to) {
    double longest = 0;
    for (int worker : alive) {
      int load = state.of(worker).size() + (worker == to ? 1 : 0) - (worker == from ? 1 : 0);
      longest = Math.max(longest, load * pace(worker, alive));
    }
    return longest;
  }

  /** Who was never measured is taken for one like the others. */
  private double pace(int worker, NavigableSet<Integer> alive) {
    return paces.of(worker).orElseGet(() -> paces.median(alive).orElse(0));
  }

  private static String millis(double nanos) {
    double millis = nanos / 1e6;
    return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
  }
}
