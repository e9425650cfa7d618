package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Edges that networks don't come to; {@code LayerOracleTest} has the rest. */
class LayerNormalizationTest {
  /** A row of one value, and one of a single column: 0 and the bias, and no gradient. */
  @Test
  void aRowWithoutDeviationIsItsBias() {
    for (int columns : new int[] {1, 7}) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment x = filled(arena, columns, 3);
        MemorySegment y = filled(arena, columns, -1);
        MemorySegment dx = filled(arena, columns, -1);
        MemorySegment gain = filled(arena, columns, 2);
        LayerNormalization kernel = new LayerNormalization(arena, 1, columns);
        kernel.forward(x, y, gain, Optional.of(filled(arena, columns, 0.5f)));
        assertThat(y.toArray(JAVA_FLOAT)).containsOnly(0.5f);
        Columns gains = kernel.backward(filled(arena, columns, 1), x, Optional.of(dx), gain);
        assertThat(dx.toArray(JAVA_FLOAT)).containsOnly(0f);
        assertThat(gains.get(0)).isZero();
      }
    }
  }

  private static MemorySegment filled(Arena arena, int count, float value) {
    MemorySegment memory = Floats.allocate(arena, count);
    for (int i = 0; i < count; i++) {
      memory.setAtIndex(JAVA_FLOAT, i, value);
    }
    return memory;
  }
}
