package gradwire.plan;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a vertex makes of a batch, {@code [batch, height, width, channels] float32}, and the loss's
 * gradient by it; both with slack behind. One thread.
 */
final class Value {
  private final Shape shape;
  private @Nullable MemorySegment data;
  private final @Nullable MemorySegment gradient;

  /**
   * @param data null: not yet known
   * @param gradient null: nobody needs it
   */
  Value(Shape shape, @Nullable MemorySegment data, @Nullable MemorySegment gradient) {
    this.shape = shape;
    this.data = data;
    this.gradient = gradient;
  }

  Shape shape() {
    return shape;
  }

  MemorySegment data() {
    return Objects.requireNonNull(data, "a value is computed before it is read");
  }

  /** Lends the value somebody else's memory, which has no slack. */
  void lend(MemorySegment memory) {
    data = memory;
  }

  boolean hasGradient() {
    return gradient != null;
  }

  MemorySegment gradient() {
    return Objects.requireNonNull(gradient, "nobody needs this gradient");
  }
}
