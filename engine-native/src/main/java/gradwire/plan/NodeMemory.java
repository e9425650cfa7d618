package gradwire.plan;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a layer works on.
 *
 * @param batchSize examples
 * @param inputs other vertices' values
 * @param output this vertex's
 * @param scratch everybody's, for the time of a call
 * @param parameters the flat vector
 * @param gradient the flat vector
 * @param training else inference, which has no {@code backward}
 * @param randomKey of the gradient that is being computed
 * @param arena keeps the layer's own memory
 */
record NodeMemory(
    int batchSize,
    List<Value<MemorySegment>> inputs,
    Value<MemorySegment> output,
    MemorySegment scratch,
    MemorySegment parameters,
    MemorySegment gradient,
    boolean training,
    RandomKey randomKey,
    Arena arena) {
  Value<MemorySegment> input() {
    return inputs.getFirst();
  }

  long outputFloats() {
    return (long) batchSize * output.shape().numFloats();
  }
}
