package gradwire.server.shard;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * How many steps old the weights were that applied gradients had been computed at. Counts where the
 * shard's store keeps them. One thread.
 */
public final class Staleness {
  private static final int BUCKETS = 1024;

  private static final int MAX = BUCKETS;
  private static final int SUM = BUCKETS + 1;

  /** Counts by steps of staleness, the last bucket holding all above; then maximum and sum. */
  private final MemorySegment counts;

  /**
   * @param counts {@code [1026] int64}
   */
  Staleness(MemorySegment counts) {
    this.counts = counts;
  }

  void record(long steps) {
    set((int) Math.min(steps, BUCKETS - 1), 1 + get((int) Math.min(steps, BUCKETS - 1)));
    set(MAX, Math.max(get(MAX), steps));
    set(SUM, get(SUM) + steps);
  }

  /** As a snapshot keeps them. */
  List<Long> counts() {
    return LongStream.of(counts.toArray(JAVA_LONG)).boxed().toList();
  }

  /** Counts one more in what {@link #counts} gave. */
  static void record(List<Long> counts, long steps) {
    int bucket = (int) Math.min(steps, BUCKETS - 1);
    counts.set(bucket, counts.get(bucket) + 1);
    counts.set(MAX, Math.max(counts.get(MAX), steps));
    counts.set(SUM, counts.get(SUM) + steps);
  }

  /** Goes on from counts by index; those that are not there are 0. */
  void restore(Map<Integer, Long> from) {
    for (int i = 0; i <= SUM; i++) {
      set(i, from.getOrDefault(i, 0L));
    }
  }

  /** Mean over all applied gradients, 0 before the first. */
  public double mean() {
    long total = total();
    return total == 0 ? 0 : (double) get(SUM) / total;
  }

  /** The staleness that 99 of 100 gradients did not exceed (at most 1023 is told apart). */
  public long p99() {
    long below = 0;
    for (int steps = 0; steps < BUCKETS; steps++) {
      below += get(steps);
      if (below >= 0.99 * total()) {
        return steps;
      }
    }
    return BUCKETS - 1;
  }

  public long max() {
    return get(MAX);
  }

  private long total() {
    long total = 0;
    for (int steps = 0; steps < BUCKETS; steps++) {
      total += get(steps);
    }
    return total;
  }

  private long get(int index) {
    return counts.getAtIndex(JAVA_LONG, index);
  }

  private void set(int index, long value) {
    counts.setAtIndex(JAVA_LONG, index, value);
  }
}
