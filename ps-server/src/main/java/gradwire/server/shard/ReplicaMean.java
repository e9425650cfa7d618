package gradwire.server.shard;

import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The mean of several replicas' gradients, block by block, with the same bits whatever the timing:
 * replicas {@code [0, n)} are added as a binary tree, cut at the largest power of two below {@code
 * n}, so that the sum of an aligned group of replicas is a node of the tree; the root is divided by
 * {@code n}. One thread. Allocates when there are more replicas than ever before, and then only.
 */
final class ReplicaMean {
  private final int blockFloats;

  /** One block per level of the tree. */
  private float[][] levels = {};

  ReplicaMean(int blockFloats) {
    this.blockFloats = blockFloats;
  }

  /** Levels of the tree over {@code numReplicas}. */
  static int depth(int numReplicas) {
    return 1 + Integer.SIZE - Integer.numberOfLeadingZeros(numReplicas - 1);
  }

  /** Where the tree over replicas {@code [from, to)}, two at least, is cut. */
  static int middle(int from, int to) {
    return from + Integer.highestOneBit(to - from - 1);
  }

  /**
   * Whether {@code 1 / count} is exact, so that to multiply by it is to divide by {@code count}.
   */
  static boolean hasExactInverse(int count) {
    return Integer.bitCount(count) == 1;
  }

  /**
   * Mean of the range {@code [offset, offset + length)}.
   *
   * @param gradients at least one, in replica order
   * @return {@code [length] float32} and rubbish behind; valid until the next call
   */
  float[] block(List<MemorySegment> gradients, long offset, int length) {
    int numReplicas = gradients.size();
    if (levels.length < depth(numReplicas)) {
      levels = new float[depth(numReplicas)][blockFloats];
    }
    float[] sum = sum(gradients, 0, numReplicas, 0, offset, length);
    if (hasExactInverse(numReplicas)) {
      multiply(sum, 1f / numReplicas, length);
    } else {
      divide(sum, numReplicas, length);
    }
    return sum;
  }

  private static void multiply(float[] sum, float inverse, int length) {
    if (inverse != 1) {
      for (int i = 0; i < length; i++) {
        sum[i] *= inverse;
      }
    }
  }

  private static void divide(float[] sum, float count, int length) {
    for (int i = 0; i < length; i++) {
      sum[i] /= count;
    }
  }

  private float[] sum(
      List<MemorySegment> gradients, int from, int to, int level, long offset, int length) {
    float[] left = levels[level];
    if (to - from == 1) {
      Floats.read(gradients.get(from), offset, left, length);
      return left;
    }
    int middle = middle(from, to);
    sum(gradients, from, middle, level, offset, length);
    add(left, sum(gradients, middle, to, level + 1, offset, length), length);
    return left;
  }

  private static void add(float[] left, float[] right, int length) {
    for (int i = 0; i < length; i++) {
      left[i] += right[i];
    }
  }
}
