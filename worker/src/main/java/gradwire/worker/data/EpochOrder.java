package gradwire.worker.data;

import gradwire.error.GradwireException;
import gradwire.random.Draws;
import java.util.function.LongFunction;

/**
 * An endless row of examples: one permutation after another. One thread.
 *
 * <p>Position {@code p} holds example {@code permutation(p / n)[p % n]}. Any position may be asked
 * for at any time; the permutations of an even and an odd epoch are kept, so that going on, also
 * across the border of two epochs, costs a shuffle per epoch and allocates nothing else.
 */
final class EpochOrder {
  private static final long NONE = -1;

  private final LongFunction<Draws> drawsOfEpoch;
  private final int[][] permutations;
  private final long[] epochs = {NONE, NONE};

  /**
   * @param drawsOfEpoch the random draws that shuffle an epoch
   */
  EpochOrder(int numExamples, LongFunction<Draws> drawsOfEpoch) {
    if (numExamples < 1) {
      throw new GradwireException(
          "batch plan: expected at least 1 example, got " + numExamples + "; check the data set");
    }
    this.drawsOfEpoch = drawsOfEpoch;
    this.permutations = new int[2][numExamples];
  }

  /** Fills {@code into} with the examples from {@code position} on. */
  void copy(long position, int[] into) {
    int numExamples = permutations[0].length;
    int done = 0;
    while (done < into.length) {
      int begin = (int) ((position + done) % numExamples);
      int length = Math.min(into.length - done, numExamples - begin);
      System.arraycopy(permutation((position + done) / numExamples), begin, into, done, length);
      done += length;
    }
  }

  private int[] permutation(long epoch) {
    int slot = (int) (epoch & 1);
    if (epochs[slot] != epoch) {
      shuffle(permutations[slot], drawsOfEpoch.apply(epoch));
      epochs[slot] = epoch;
    }
    return permutations[slot];
  }

  /** Fisher and Yates, from the end, always beginning with the examples in order. */
  private static void shuffle(int[] examples, Draws draws) {
    for (int i = 0; i < examples.length; i++) {
      examples[i] = i;
    }
    for (int last = examples.length - 1; last > 0; last--) {
      int other = draws.nextInt(last + 1);
      int example = examples[last];
      examples[last] = examples[other];
      examples[other] = example;
    }
  }
}
