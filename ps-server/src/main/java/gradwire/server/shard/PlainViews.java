package gradwire.server.shard;

import gradwire.server.optimizer.SlotState;
import gradwire.tensor.PlainMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an update touches, as {@link PlainMemory}. Remembers a shard's two versions. One thread. */
final class PlainViews {
  private final Arena owner;
  private final @Nullable SlotState[] known = new @Nullable SlotState[2];
  private final SlotState[] views;
  private int older;

  /**
   * @param state the first of the two
   * @param owner closed before any memory of which there is a view
   */
  PlainViews(SlotState state, Arena owner) {
    this.owner = owner;
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
            view(state.weights()),
            Arrays.stream(state.slots()).map(this::view).toArray(MemorySegment[]::new));
    return views[at];
  }

  List<MemorySegment> of(List<MemorySegment> gradients) {
    List<MemorySegment> plain = new ArrayList<>(gradients.size());
    for (MemorySegment gradient : gradients) {
      plain.add(view(gradient));
    }
    return plain;
  }

  private MemorySegment view(MemorySegment any) {
    return PlainMemory.view(any, owner);
  }
}
