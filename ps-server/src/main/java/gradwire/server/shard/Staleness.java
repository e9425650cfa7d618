package gradwire.server.shard;

import java.util.Arrays;

/** How many steps old the weights were that applied gradients had been computed at. One thread. */
public final class Staleness {
  private static final int BUCKETS = 1024;

  /** Counts by steps of staleness; the last bucket holds all above. */
  private final long[] counts = new long[BUCKETS];

  private long max;
  private double sum;

  void record(long steps) {
    counts[(int) Math.min(steps, BUCKETS - 1)]++;
    max = Math.max(max, steps);
    sum += steps;
  }

  /** Mean over all applied gradients, 0 before the first. */
  public double mean() {
    long total = total();
    return total == 0 ? 0 : sum / total;
  }

  /** The staleness that 99 of 100 gradients did not exceed (at most 1023 is told apart). */
  public long p99() {
    long below = 0;
    for (int steps = 0; steps < BUCKETS; steps++) {
      below += counts[steps];
      if (below >= 0.99 * total()) {
        return steps;
      }
    }
    return BUCKETS - 1;
  }

  public long max() {
    return max;
  }

  private long total() {
    return Arrays.stream(counts).sum();
  }
}
