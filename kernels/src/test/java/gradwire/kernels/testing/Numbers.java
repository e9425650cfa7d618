package gradwire.kernels.testing;

import gradwire.random.Draws;
import java.util.stream.IntStream;

/** Numbers to compute with, and what they look like bit by bit. */
public final class Numbers {
  public static final long SEED = 20_261_126;

  private Numbers() {}

  /** Standard normal, a function of the seed and {@code stream}. */
  public static float[] gaussians(long stream, int length) {
    Draws draws = Draws.of(SEED, Draws.Purpose.INITIAL_VALUES, stream);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) draws.nextGaussian();
    }
    return values;
  }

  /** Uniform over all bit patterns: subnormal, infinite and no numbers at all among them. */
  public static float[] anyBits(long stream, int length) {
    Draws draws = Draws.of(SEED, Draws.Purpose.INITIAL_VALUES, stream);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = Float.intBitsToFloat((int) draws.nextLong());
    }
    return values;
  }

  /** The bits, one NaN like the other. */
  public static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToIntBits(values[i])).toArray();
  }
}
