package gradwire.worker.engine;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Off-heap float32 values with a shape, row-major. The memory belongs to whoever made the tensor;
 * an engine may keep a view of it for as long as it sees the same instance.
 */
public final class FloatTensor {
  private final MemorySegment memory;
  private final long[] shape;

  /**
   * @param memory exactly the product of {@code shape} floats
   */
  public FloatTensor(MemorySegment memory, long... shape) {
    if (Floats.length(memory) != Arrays.stream(shape).reduce(1, Math::multiplyExact)) {
      throw new IllegalArgumentException(
          "shape " + Arrays.toString(shape) + " over " + Floats.length(memory) + " floats");
    }
    this.memory = memory;
    this.shape = shape.clone();
  }

  /** Zeros of the given shape. */
  public static FloatTensor zeros(Arena arena, long... shape) {
    return new FloatTensor(
        Floats.allocate(arena, Arrays.stream(shape).reduce(1, Math::multiplyExact)), shape);
  }

  public MemorySegment memory() {
    return memory;
  }

  public long[] shape() {
    return shape.clone();
  }

  /** Length of axis 0: the number of examples. */
  public long numExamples() {
    return shape[0];
  }
}
