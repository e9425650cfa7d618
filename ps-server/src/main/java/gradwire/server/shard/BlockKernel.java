package gradwire.server.shard;

import gradwire.server.optimizer.SlotState;
import gradwire.server.optimizer.Update;
import gradwire.tensor.TensorKind;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Reduction over replicas and optimizer step, fused over a block that stays in the cache. The bits
 * are the same whatever the kernel and wherever blocks end. One thread; allocates nothing once it
 * has seen as many replicas as there are.
 */
sealed interface BlockKernel permits ArrayKernel, LaneKernel {
  /** The longest block that it takes, and its best. */
  int blockFloats();

  /**
   * Applies the mean of the gradients to elements {@code [at, at + length)} of a shard.
   *
   * @param state weights and slots before
   * @param into where they go; may be {@code state}
   * @param gradients {@code [shardLength] float32} each, in replica order
   * @param length at most {@link #blockFloats}
   */
  void apply(
      Update update,
      SlotState state,
      SlotState into,
      List<MemorySegment> gradients,
      TensorKind kind,
      long at,
      int length);
}
