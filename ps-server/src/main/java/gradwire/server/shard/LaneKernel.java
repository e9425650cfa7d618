package gradwire.server.shard;

import gradwire.server.optimizer.Lanes;
import gradwire.server.optimizer.SlotState;
import gradwire.server.optimizer.Update;
import gradwire.tensor.TensorKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A block is read and written where it lies, a vector at a time, so that the arithmetic hides
 * behind the memory; what no whole vector holds, and statistics, go through arrays. Loads only
 * where {@link gradwire.server.optimizer.LaneSupport#isHere}.
 */
final class LaneKernel implements BlockKernel {
  /** Short, so that the memory's streams never pause while replicas are being added. */
  private static final int BLOCK_FLOATS = 512;

  private final LaneMean mean;
  private final ArrayKernel rest;

  /**
   * @param arena keeps the scratch memory
   */
  LaneKernel(int numSlots, Arena arena) {
    this.mean = new LaneMean(arena, BLOCK_FLOATS);
    this.rest = new ArrayKernel(numSlots, BLOCK_FLOATS);
  }

  @Override
  public int blockFloats() {
    return BLOCK_FLOATS;
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
    int done = applyLanes(update, state, into, gradients, kind, at, length);
    if (done < length) {
      rest.apply(update, state, into, gradients, kind, at + done, length - done);
    }
  }

  private int applyLanes(
      Update update,
      SlotState state,
      SlotState into,
      List<MemorySegment> gradients,
      TensorKind kind,
      long at,
      int length) {
    if (gradients.size() == 1) {
      return update.applyLanes(state, into, at, gradients.getFirst(), at, length, kind);
    }
    MemorySegment block = mean.block(gradients, at, Lanes.wholeBytes(length));
    return update.applyLanes(state, into, at, block, 0, length, kind);
  }
}
