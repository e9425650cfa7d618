package gradwire.launcher;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who has fallen silent: was heard once, and not for a lease. Time in which nobody was asked, as
 * the asker itself stood still, is nobody's silence. One thread.
 *
 * @param <T> what tells one process from the next
 */
final class Silences<T> {
  private final long leaseMillis;
  private final Map<T, Long> heardMillis = new HashMap<>();
  private long now;
  private long lastRealMillis;

  Silences(long leaseMillis) {
    this.leaseMillis = leaseMillis;
  }

  /** How often everybody is to be asked. */
  long roundMillis() {
    return leaseMillis / 4;
  }

  /**
   * A round of questions is over.
   *
   * @param realMillis monotonic
   * @return those of {@code asked} that have been silent for a lease; each is named once, unless it
   *     is heard again
   */
  List<T> round(long realMillis, Set<T> asked, Set<T> answered) {
    long passed = realMillis - lastRealMillis;
    now += passed > leaseMillis / 2 ? roundMillis() : passed;
    lastRealMillis = realMillis;
    heardMillis.keySet().retainAll(asked);
    answered.forEach(one -> heardMillis.put(one, now));
    List<T> silent =
        heardMillis.entrySet().stream()
            .filter(entry -> now - entry.getValue() >= leaseMillis)
            .map(Map.Entry::getKey)
            .toList();
    heardMillis.keySet().removeAll(silent);
    return silent;
  }
}
