package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The functions between an LSTM's products, over all that a float may be. */
class LstmCellTest {
  /** Of tanh and logistic: their largest distance from the float64 ones, relative to them. */
  private static final double PRECISION = 4 * 0x1p-24;

  private static final float[] SPECIAL = {
    0f,
    -0f,
    1e-30f,
    0.624f,
    0.625f,
    0.626f,
    -0.625f,
    8f,
    9f,
    44f,
    87f,
    88f,
    89f,
    1000f,
    -87f,
    -88f,
    -89f,
    -1000f,
    Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY
  };

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void free() {
    arena.close();
  }

  private MemorySegment floats(float... values) {
    MemorySegment memory = Floats.allocate(arena, values.length);
    MemorySegment.copy(values, 0, memory, JAVA_FLOAT, 0, values.length);
    return memory;
  }

  /** One step of one unit after the other: {@code tanh(in)} and {@code logistic(let)}. */
  private float[] activations(float z) {
    MemorySegment gates = floats(z, z, z, z);
    MemorySegment state = floats(0);
    MemorySegment squashed = floats(0);
    MemorySegment output = floats(0);
    new LstmCell(1, 1, 1).forward(0, gates, state, squashed, output);
    return new float[] {gates.getAtIndex(JAVA_FLOAT, 0), gates.getAtIndex(JAVA_FLOAT, 3)};
  }

  @Test
  void activationsAreTheFloat64OnesRounded() {
    for (float z = -20; z < 20; z += 0.0137f) {
      check(z);
    }
    for (float z : SPECIAL) {
      check(z);
    }
  }

  private void check(float z) {
    float[] found = activations(z);
    double tanh = Math.tanh(z);
    double logistic = 1 / (1 + Math.exp(-(double) z));
    assertThat((double) found[0])
        .as("tanh(%s)", z)
        .isCloseTo(tanh, within(PRECISION * Math.abs(tanh) + Float.MIN_NORMAL));
    assertThat((double) found[1])
        .as("logistic(%s)", z)
        .isCloseTo(logistic, within(PRECISION * logistic + 2e-38));
  }

  @Test
  void whatIsNoNumberStaysNone() {
    assertThat(activations(Float.NaN)).containsOnly(Float.NaN);
  }

  @Test
  void memoryThatIsTooShortIsRefused() {
    LstmCell cell = new LstmCell(2, 3, 5);
    MemorySegment gates = Floats.allocate(arena, 2 * 3 * 4 * 5);
    MemorySegment states = Floats.allocate(arena, 2 * 3 * 5);
    MemorySegment shorter = Floats.allocate(arena, 2 * 3 * 5 - 1);
    assertThatThrownBy(() -> cell.forward(0, gates, states, shorter, states))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> cell.forward(3, gates, states, states, states))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
