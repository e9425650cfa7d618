package gradwire.plan;

import gradwire.kernels.cpu.Layouts;
import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A convolution's weights, or their gradient, as {@code [filters, channels, kernel]}, in whatever
 * order the flat vector has them. One thread.
 */
final class FilterWeights {
  private final boolean isOther;
  private final MemorySegment vector;
  private final MemorySegment inOrder;

  /** {@code [filters, kernel, channels]}, on the way; nothing where the vector is in order. */
  private final MemorySegment between;

  private final int numFilters;
  private final int numElements;
  private final int channels;

  /**
   * @param vector the weights' part of a flat vector
   */
  FilterWeights(Convolution layer, int channels, MemorySegment vector, Arena arena) {
    this.vector = vector;
    this.numFilters = layer.numFilters();
    this.numElements = layer.geometry().kernel().area();
    this.channels = channels;
    this.isOther = layer.order() == Convolution.Order.FILTERS_LAST;
    this.inOrder = isOther ? Floats.allocate(arena, Floats.length(vector)) : vector;
    this.between = isOther ? Floats.allocate(arena, Floats.length(vector)) : MemorySegment.NULL;
  }

  MemorySegment inOrder() {
    return inOrder;
  }

  /** Brings what the vector has into order. */
  void take() {
    if (isOther) {
      Layouts.transpose(vector, between, 1, numElements * channels, numFilters);
      Layouts.transpose(between, inOrder, numFilters, numElements, channels);
    }
  }

  /** Brings what is in order into the vector. */
  void give() {
    if (isOther) {
      Layouts.transpose(inOrder, between, numFilters, channels, numElements);
      Layouts.transpose(between, vector, 1, numFilters, numElements * channels);
    }
  }
}
