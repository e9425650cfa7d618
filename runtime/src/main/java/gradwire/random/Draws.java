package gradwire.random;

/**
 * A stream of random draws that is a function of its key alone: SplitMix64 (Steele, Lea, Flood,
 * "Fast splittable pseudorandom number generators", 2014). One thread.
 *
 * <p>The key says what the draws are for, e.g. {@code Draws.of(seed, Purpose.SHUFFLE, replica,
 * epoch)}: no stream is shared, so no draw depends on who drew before.
 */
public final class Draws {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  /** What a stream of draws is for. The order is part of the bit contract: append only. */
  public enum Purpose {
    INITIAL_VALUES,
    SHUFFLE,
    DROPOUT,
    EXAMPLES
  }

  private long state;

  private Draws(long state) {
    this.state = state;
  }

  /** The stream for {@code purpose}, told apart by {@code place} (replica, epoch, step, ...). */
  public static Draws of(long seed, Purpose purpose, long... place) {
    long key = mix(seed + GOLDEN_GAMMA * (purpose.ordinal() + 1));
    for (long part : place) {
      key = mix(key ^ mix(part + GOLDEN_GAMMA));
    }
    return new Draws(key);
  }

  /** Uniform over all longs. */
  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** Uniform over {@code [0, bound)}; {@code bound} at least 1. Unbiased (multiply and reject). */
  public int nextInt(int bound) {
    long product = (nextLong() >>> 32) * bound;
    if ((product & 0xffffffffL) < bound) { // Only here can a draw be one to reject.
      long threshold = Integer.toUnsignedLong(-bound) % bound;
      while ((product & 0xffffffffL) < threshold) {
        product = (nextLong() >>> 32) * bound;
      }
    }
    return (int) (product >>> 32);
  }

  /** Uniform over {@code [0, 1)}, 53 bits. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** Standard normal, by Box and Muller's polar form as given by Marsaglia. */
  public double nextGaussian() {
    while (true) {
      double x = 2 * nextDouble() - 1;
      double y = 2 * nextDouble() - 1;
      double radius = x * x + y * y;
      if (radius > 0 && radius < 1) {
        return x * StrictMath.sqrt(-2 * StrictMath.log(radius) / radius);
      }
    }
  }

  /** Standard normal, redrawn while outside two standard deviations, as TensorFlow truncates. */
  public double nextTruncatedGaussian() {
    while (true) {
      double value = nextGaussian();
      if (Math.abs(value) <= 2) {
        return value;
      }
    }
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
