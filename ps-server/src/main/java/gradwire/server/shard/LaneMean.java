package gradwire.server.shard;

import static gradwire.server.optimizer.Lanes.load;
import static gradwire.server.optimizer.Lanes.store;

import gradwire.server.optimizer.Lanes;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * {@link ReplicaMean}'s tree on lanes, from the gradients where they lie: the same bits. One
 * thread. Loads only where {@link gradwire.server.optimizer.LaneSupport#isHere}.
 */
final class LaneMean {
  private final Arena arena;
  private final int blockFloats;

  /** One block per inner level of the tree; off-heap, as the gradients are. */
  private MemorySegment[] levels = {};

  /**
   * @param arena keeps the scratch memory
   */
  LaneMean(Arena arena, int blockFloats) {
    this.arena = arena;
    this.blockFloats = blockFloats;
  }

  /**
   * Mean of the vectors from element {@code offset} on.
   *
   * @param gradients at least two, in replica order
   * @param numBytes a multiple of {@link Lanes#BYTES}
   * @return the mean, {@code numBytes} long; valid until the next call
   */
  MemorySegment block(List<MemorySegment> gradients, long offset, int numBytes) {
    int numReplicas = gradients.size();
    grow(ReplicaMean.depth(numReplicas) - 1);
    boolean exact = ReplicaMean.hasExactInverse(numReplicas);
    float scale = exact ? 1f / numReplicas : 1;
    sum(gradients, 0, numReplicas, 0, offset * Float.BYTES, numBytes, scale);
    if (!exact) {
      divide(levels[0], numReplicas, numBytes);
    }
    return levels[0];
  }

  private void grow(int numLevels) {
    while (levels.length < numLevels) {
      levels = Arrays.copyOf(levels, levels.length + 1);
      levels[levels.length - 1] = Floats.allocate(arena, blockFloats);
    }
  }

  /** Sum of replicas {@code [from, to)}, two at least, times {@code scale}, into a level. */
  private void sum(
      List<MemorySegment> gradients,
      int from,
      int to,
      int level,
      long at,
      int numBytes,
      float scale) {
    int middle = ReplicaMean.middle(from, to);
    MemorySegment left = node(gradients, from, middle, level, at, numBytes);
    MemorySegment right = node(gradients, middle, to, level + 1, at, numBytes);
    long leftAt = middle - from == 1 ? at : 0;
    long rightAt = to - middle == 1 ? at : 0;
    add(left, leftAt, right, rightAt, levels[level], numBytes, scale);
  }

  private MemorySegment node(
      List<MemorySegment> gradients, int from, int to, int level, long at, int numBytes) {
    if (to - from == 1) {
      return gradients.get(from);
    }
    sum(gradients, from, to, level, at, numBytes, 1);
    return levels[level];
  }

  private static void add(
      MemorySegment left,
      long leftAt,
      MemorySegment right,
      long rightAt,
      MemorySegment into,
      int numBytes,
      float scale) {
    for (int i = 0; i < numBytes; i += Lanes.BYTES) {
      store(load(left, leftAt + i).add(load(right, rightAt + i)).mul(scale), into, i);
    }
  }

  private static void divide(MemorySegment sum, float count, int numBytes) {
    for (int i = 0; i < numBytes; i += Lanes.BYTES) {
      store(load(sum, i).div(count), sum, i);
    }
  }
}
