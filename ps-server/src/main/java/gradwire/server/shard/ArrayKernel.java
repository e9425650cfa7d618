package gradwire.server.shard;

import gradwire.server.optimizer.SlotState;
import gradwire.server.optimizer.Update;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorKind;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A block is copied into arrays, changed there, and copied out: C2 vectorises loops over arrays,
 * not those over several pieces of off-heap memory, which it must fear to overlap.
 */
final class ArrayKernel implements BlockKernel {
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

  @Override
  public int blockFloats() {
    return weights.length;
  }

  @Override
  public void apply(
      Update update,
      SlotState state,
      SlotState into,
      List<MemorySegment> gradients,
      TensorKind kind,
      long at,
      int length) {
    Floats.read(state.weights(), at, weights, length);
    for (int slot = 0; slot < slots.length; slot++) {
      Floats.read(state.slots()[slot], at, slots[slot], length);
    }
    update.apply(weights, slots, mean.block(gradients, at, length), length, kind);
    Floats.write(weights, into.weights(), at, length);
    for (int slot = 0; slot < slots.length; slot++) {
      Floats.write(slots[slot], into.slots()[slot], at, length);
    }
  }
}
