package gradwire.server.shard;

import gradwire.server.optimizer.SlotState;
import gradwire.server.optimizer.Update;
import gradwire.tensor.Floats;
import gradwire.tensor.TensorKind;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A block is copied into arrays, changed there, and copied back: C2 vectorises loops over arrays,
 * not those over several pieces of off-heap memory, which it must fear to overlap. At 1,024 floats
 * a block and five arrays, all stays in a first-level cache of 32 KB.
 */
final class ArrayKernel implements BlockKernel {
  private final SlotState state;
  private final ReplicaMean mean = new ReplicaMean(BLOCK_FLOATS);
  private final float[] weights = new float[BLOCK_FLOATS];
  private final float[][] slots;

  ArrayKernel(SlotState state) {
    this.state = state;
    this.slots = new float[state.slots().length][BLOCK_FLOATS];
  }

  @Override
  public void apply(
      Update update, List<MemorySegment> gradients, TensorKind kind, long at, int length) {
    Floats.read(state.weights(), at, weights, length);
    for (int slot = 0; slot < slots.length; slot++) {
      Floats.read(state.slots()[slot], at, slots[slot], length);
    }
    update.apply(weights, slots, mean.block(gradients, at, length), length, kind);
    Floats.write(weights, state.weights(), at, length);
    for (int slot = 0; slot < slots.length; slot++) {
      Floats.write(slots[slot], state.slots()[slot], at, length);
    }
  }
}
