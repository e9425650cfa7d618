package gradwire.server.shard;

import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The mean of several replicas' gradients, block by block, with the same bits whatever the timing:
 * replicas {@code [0, n)} are added as a binary tree, cut at the largest power of two below {@code
 * n}, so that the sum of an aligned group of replicas is a node of the tree. One thread.
 */
final class ReplicaMean {
  private final List<MemorySegment> gradients;

  /** One block per level of the tree. */
  private final float[][] levels;

  ReplicaMean(List<MemorySegment> gradients, int blockFloats) {
    this.gradients = gradients;
    int depth = 1 + ceilLog2(gradients.size());
    this.levels = new float[depth][blockFloats];
  }

  private static int ceilLog2(int n) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(n - 1);
  }

  /**
   * Mean of the range {@code [offset, offset + length)}.
   *
   * @return {@code [length] float32} and rubbish behind; valid until the next call
   */
  float[] block(long offset, int length) {
    float[] sum = sum(0, gradients.size(), 0, offset, length);
    if (gradients.size() > 1) {
      float count = gradients.size();
      for (int i = 0; i < length; i++) {
        sum[i] /= count;
      }
    }
    return sum;
  }

  private float[] sum(int from, int to, int level, long offset, int length) {
    if (to - from == 1) {
      Floats.read(gradients.get(from), offset, levels[level], length);
      return levels[level];
    }
    int middle = from + Integer.highestOneBit(to - from - 1);
    float[] left = sum(from, middle, level, offset, length);
    float[] right = sum(middle, to, level + 1, offset, length);
    for (int i = 0; i < length; i++) {
      left[i] += right[i];
    }
    return left;
  }
}
