package gradwire.plan;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a vertex makes of a batch, {@code [batch, height, width, channels] float32}, and the loss's
 * gradient by it; both with slack behind. One thread.
 *
 * @param <M> memory of whatever computes
 */
public final class Value<M> {
  private final Shape shape;
  private @Nullable M data;
  private final @Nullable M gradient;

  /**
   * @param data null: not yet known
   * @param gradient null: nobody needs it
   */
  public Value(Shape shape, @Nullable M data, @Nullable M gradient) {
    this.shape = shape;
    this.data = data;
    this.gradient = gradient;
  }

  public Shape shape() {
    return shape;
  }

  public M data() {
    return Objects.requireNonNull(data, "a value is computed before it is read");
  }

  /** Lends the value somebody else's memory, which has no slack. */
  void lend(M memory) {
    data = memory;
  }

  public boolean hasGradient() {
    return gradient != null;
  }

  public M gradient() {
    return Objects.requireNonNull(gradient, "nobody needs this gradient");
  }
}
