package gradwire.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LargeVectorTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 1021, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5_000_011})
  void aVectorOfAnyLengthIsZerosThatCanBeWritten(long numFloats) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment vector = Floats.allocate(arena, numFloats);

      assertThat(Floats.length(vector)).isEqualTo(numFloats);
      assertThat(vector.address() % 64).isZero();
      for (long i = 0; i < numFloats; i++) {
        if (vector.getAtIndex(JAVA_FLOAT, i) != 0) {
          throw new AssertionError("float " + i);
        }
      }
      vector.setAtIndex(JAVA_FLOAT, numFloats - 1, 7);
      assertThat(vector.getAtIndex(JAVA_FLOAT, numFloats - 1)).isEqualTo(7);
    }
  }

  @Test
  void aLongVectorIsGoneWithItsArena() {
    MemorySegment vector;
    try (Arena arena = Arena.ofShared()) {
      vector = Floats.allocate(arena, 2 << 20);
    }

    assertThatThrownBy(() -> vector.getAtIndex(JAVA_FLOAT, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void moreThanAnyMemoryIsAnOutOfMemoryError() {
    try (Arena arena = Arena.ofShared()) {
      assertThatThrownBy(() -> Floats.allocate(arena, 1L << 50))
          .isInstanceOf(OutOfMemoryError.class);
    }
  }
}
