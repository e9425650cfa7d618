package gradwire.server.shard;

import gradwire.server.optimizer.Operands;
import gradwire.server.optimizer.SlotState;
import gradwire.server.optimizer.Update;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorKind;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Reduction over replicas and optimizer step, fused over blocks that stay in the cache, where there
 * are no loops in C for it: the same bits. A block is copied into arrays, changed there, and copied
 * out: C2 vectorises loops over arrays, not those over several pieces of off-heap memory, which it
 * must fear to overlap. One thread; allocates next to nothing once it has seen as many replicas as
 * there are.
 */
final class ArrayKernel {
  /** Five arrays of it stay in a first-level cache of 32 KB. */
  static final int IN_CACHE_FLOATS = 1024;

  /** Where the shard streams from memory, longer copies are worth a second-level cache's time. */
  static final int STREAMING_FLOATS = 4096;

  private final ReplicaMean mean;
  private final float[] weights;
  private final float[][] slots;

  ArrayKernel(int numSlots, int blockFloats) {
    this.mean = new ReplicaMean(blockFloats);
    this.weights = new float[blockFloats];
    this.slots = new float[numSlots][blockFloats];
  }

  /** Applies the mean of the gradients to elements {@code [at, at + length)} of a shard. */
  void apply(Update update, Operands operands, TensorKind kind, long at, long length) {
    List<MemorySegment> gradients = Arrays.asList(operands.gradients());
    for (long done = 0; done < length; done += weights.length) {
      int block = (int) Math.min(weights.length, length - done);
      read(operands.state(), at + done, block);
      update.apply(weights, slots, mean.block(gradients, at + done, block), block, kind);
      write(operands.into(), at + done, block);
    }
  }

  private void read(SlotState state, long at, int length) {
    Floats.read(state.weights(), at, weights, length);
    for (int slot = 0; slot < slots.length; slot++) {
      Floats.read(state.slots()[slot], at, slots[slot], length);
    }
  }

  private void write(SlotState into, long at, int length) {
    Floats.write(weights, into.weights(), at, length);
    for (int slot = 0; slot < slots.length; slot++) {
      Floats.write(slots[slot], into.slots()[slot], at, length);
    }
  }
}
