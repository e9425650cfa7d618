package gradwire.server.optimizer;

import gradwire.tensor.Floats;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What one update reads and writes, where it lies. Live memory; whoever made the segments owns
 * them.
 *
 * @param state weights and slots before
 * @param into where they go; may be {@code state}
 * @param gradients {@code [numReplicas][shardLength] float32}, off-heap, in replica order
 */
@SuppressWarnings("ArrayRecordComponent") // read once a range
public record Operands(SlotState state, SlotState into, MemorySegment[] gradients) {
  public static Operands of(SlotState state, SlotState into, List<MemorySegment> gradients) {
    return new Operands(state, into, gradients.toArray(MemorySegment[]::new));
  }

  /** Whether the outcome goes where the state was. */
  boolean areInPlace() {
    return state.weights().address() == into.weights().address();
  }

  /** What no rule changes. */
  void copySlots(long at, long length) {
    if (areInPlace()) {
      return;
    }
    for (int slot = 0; slot < state.slots().length; slot++) {
      Floats.slice(into.slots()[slot], at, length)
          .copyFrom(Floats.slice(state.slots()[slot], at, length));
    }
  }

  /**
   * Whether all segments that a rule of so many slots needs hold floats {@code [at, at + length)}.
   *
   * @throws IndexOutOfBoundsException if not
   */
  void check(int numSlots, long at, long length) {
    check("weights", state.weights(), at, length);
    check("new weights", into.weights(), at, length);
    for (int slot = 0; slot < numSlots; slot++) {
      check("a slot", state.slots()[slot], at, length);
      check("a new slot", into.slots()[slot], at, length);
    }
    for (MemorySegment gradient : gradients) {
      check("a gradient", gradient, at, length);
    }
  }

  private static void check(String what, MemorySegment segment, long at, long length) {
    long numFloats = Floats.length(segment);
    if (at < 0 || length < 0 || length > numFloats - at) {
      throw new IndexOutOfBoundsException(
          "update: expected "
              + length
              + " floats from "
              + at
              + " on in "
              + what
              + ", got "
              + numFloats
              + " floats in all");
    }
  }
}
