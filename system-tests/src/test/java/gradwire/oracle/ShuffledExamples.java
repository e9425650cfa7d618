package gradwire.oracle;

import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** One worker's endless row of training images: all 55,000, shuffled anew for every epoch. */
final class ShuffledExamples {
  private final RandomGenerator random;
  private final int[] images =
      IntStream.range(RawMnist.NUM_VALIDATION, RawMnist.NUM_VALIDATION + RawMnist.NUM_TRAIN)
          .toArray();
  private int next = images.length;

  ShuffledExamples(RandomGenerator random) {
    this.random = random;
  }

  /** The next {@code batch.length} images; they may span two epochs. */
  void fill(int[] batch) {
    for (int k = 0; k < batch.length; k++) {
      if (next == images.length) {
        shuffle();
        next = 0;
      }
      batch[k] = images[next++];
    }
  }

  private void shuffle() {
    for (int last = images.length - 1; last > 0; last--) {
      int other = random.nextInt(last + 1);
      int image = images[last];
      images[last] = images[other];
      images[other] = image;
    }
  }
}
