package gradwire.server.shard;

import gradwire.server.optimizer.SlotState;
import gradwire.tensor.PlainMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an update touches, as {@link PlainMemory}. Remembers a shard's two versions. One thread. */
final class PlainViews {
  private final @Nullable SlotState[] known = new @Nullable SlotState[2];
  private final SlotState[] views;
  private int older;

  /**
   * @param state the first of the two
   */
  PlainViews(SlotState state) {
    views = new SlotState[] {state, state};
  }

  @SuppressWarnings("ReferenceEquality") // one version is one object
  SlotState of(SlotState state) {
    for (int i = 0; i < known.length; i++) {
      if (known[i] == state) {
        return views[i];
      }
    }
    int at = older;
    older = 1 - older;
    known[at] = state;
    views[at] =
        new SlotState(
            PlainMemory.view(state.weights()),
            Arrays.stream(state.slots()).map(PlainMemory::view).toArray(MemorySegment[]::new));
    return views[at];
  }

  List<MemorySegment> of(List<MemorySegment> gradients) {
    List<MemorySegment> plain = new ArrayList<>(gradients.size());
    for (MemorySegment gradient : gradients) {
      plain.add(PlainMemory.view(gradient));
    }
    return plain;
  }
}
