package gradwire.server.membership;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Who was heard when, as this process knows. Its time goes on only while it listens: if it was
 * itself suspended, or has only just started, nobody else was silent meanwhile. One thread.
 */
final class Leases {
  private final Map<Integer, Long> heardMillis = new HashMap<>();
  private final Set<Integer> heard = new HashSet<>();
  private long now;
  private long lastRealMillis;
  private boolean started;

  /** The time that counts for leases, in ms since this process first heard anybody. */
  long now() {
    return now;
  }

  boolean hasStarted() {
    return started;
  }

  /**
   * Real time has come to {@code realMillis}; called at least every quarter of the lease, else the
   * time in between was not listened to.
   */
  void advance(long realMillis, long leaseMillis) {
    if (started) {
      long passed = realMillis - lastRealMillis;
      now += passed > leaseMillis / 2 ? leaseMillis / 4 : passed;
    }
    lastRealMillis = realMillis;
  }

  /** Somebody was heard for the first time: whoever was there before has a fresh lease. */
  void start(Iterable<Integer> workers) {
    started = true;
    workers.forEach(worker -> heardMillis.put(worker, now));
  }

  void hear(int worker) {
    heard.add(worker);
    heardMillis.put(worker, now);
  }

  /** Whether it was heard by this process, and does not only have the lease of before. */
  boolean wasHeard(int worker) {
    return heard.contains(worker);
  }

  /** How long {@code worker} has been silent; empty if it was never heard. */
  OptionalLong silentMillis(int worker) {
    Long since = heardMillis.get(worker);
    return since == null ? OptionalLong.empty() : OptionalLong.of(now - since);
  }
}
