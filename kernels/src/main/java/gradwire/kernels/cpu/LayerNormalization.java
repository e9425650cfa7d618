package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Ba et al., "Layer Normalization", 2016, of the rows of a row-major matrix: {@code y = gain * (x -
 * mean) / deviation + bias}, both of the row; 0 where the deviation is 0, before the bias. Float64
 * inside. One thread.
 */
public final class LayerNormalization {
  private static final MethodHandle FORWARD =
      Loop.of(
          "layer_norm", ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle BACKWARD =
      Loop.of(
          "layer_norm_gradient",
          ADDRESS,
          ADDRESS,
          ADDRESS,
          JAVA_LONG,
          JAVA_LONG,
          ADDRESS,
          ADDRESS,
          ADDRESS,
          ADDRESS);

  private final int numRows;
  private final int columns;
  private final Columns means;
  private final Columns inverses;
  private final Columns gains;

  /**
   * @param arena keeps what belongs to rows, and sums
   */
  public LayerNormalization(Arena arena, int numRows, int columns) {
    this.numRows = numRows;
    this.columns = columns;
    this.means = new Columns(arena, numRows);
    this.inverses = new Columns(arena, numRows);
    this.gains = new Columns(arena, columns);
  }

  /**
   * @param x {@code [rows, columns]}
   * @param y {@code [rows, columns]}, written; not {@code x}
   * @param gain {@code [columns]}
   * @param bias {@code [columns]}, if there is one
   */
  public void forward(
      MemorySegment x, MemorySegment y, MemorySegment gain, Optional<MemorySegment> bias) {
    expect(x);
    expect(y);
    Loop.expect(gain, columns);
    bias.ifPresent(segment -> Loop.expect(segment, columns));
    try {
      FORWARD.invokeExact(
          x,
          y,
          (long) numRows,
          (long) columns,
          gain,
          bias.orElse(MemorySegment.NULL),
          means.memory(),
          inverses.memory());
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
  }

  /**
   * After {@link #forward}.
   *
   * @param dy of what it wrote
   * @param x what it read
   * @param dx of that, written; empty if nobody needs it
   * @return the gain's gradient, until the next call
   */
  public Columns backward(
      MemorySegment dy, MemorySegment x, Optional<MemorySegment> dx, MemorySegment gain) {
    expect(dy);
    expect(x);
    dx.ifPresent(this::expect);
    Loop.expect(gain, columns);
    try {
      BACKWARD.invokeExact(
          dy,
          x,
          dx.orElse(MemorySegment.NULL),
          (long) numRows,
          (long) columns,
          gain,
          means.memory(),
          inverses.memory(),
          gains.memory());
    } catch (Throwable e) {
      throw Loop.failed(e);
    }
    return gains;
  }

  private void expect(MemorySegment rows) {
    Loop.expect(rows, (long) numRows * columns);
  }
}
