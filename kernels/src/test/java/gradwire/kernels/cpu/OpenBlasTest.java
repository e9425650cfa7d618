package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenBlasTest {
  private static final long SEED = 5;

  private final Arena arena = Arena.ofConfined();
  private final Random random = new Random(SEED);

  @AfterEach
  void free() {
    arena.close();
  }

  @Test
  void isHereAndSaysWhatItIs() {
    assertThat(CpuKernels.missing()).isEmpty();
    assertThat(CpuKernels.isHere()).isTrue();
    assertThat(CpuKernels.description())
        .matches("openblas \\d+\\.\\d+\\.\\d+\\S* \\w+, avx(2|512)");
  }

  /** Sums of up to 131 products of numbers in [-1, 1): 131 * 2^-24 = 8e-6 at worst. */
  @ParameterizedTest
  @CsvSource({
    "1,1,1,false,false",
    "13,7,131,false,false",
    "13,7,131,true,false",
    "13,7,131,false,true",
    "13,7,131,true,true",
    "1,31,17,false,true",
    "31,1,17,true,false"
  })
  void productsAreTheScalarOnes(int m, int n, int k, boolean turnA, boolean turnB) {
    Matrix a = turnA ? matrix(k, m).transpose() : matrix(m, k);
    Matrix b = turnB ? matrix(n, k).transpose() : matrix(k, n);
    Matrix c = matrix(m, n);
    for (float kept : new float[] {0, 1}) {
      double[] expected = new double[m * n];
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = kept * at(c, i, j);
          for (int s = 0; s < k; s++) {
            sum += at(a, i, s) * at(b, s, j);
          }
          expected[i * n + j] = sum;
        }
      }
      OpenBlas.get().multiply(a, b, kept, c);
      for (int i = 0; i < m * n; i++) {
        assertThat(at(c, i / n, i % n))
            .as("element " + i + ", seed " + SEED)
            .isCloseTo(expected[i], within(1e-5));
      }
    }
  }

  /** Columns 2 to 4 of a row of 7. */
  @Test
  void rowsMayBeginFurtherApart() {
    Matrix wide = matrix(5, 7);
    Matrix part = new Matrix(wide.memory().asSlice(2 * Float.BYTES), 5, 3, 7);
    Matrix b = matrix(3, 4);
    Matrix into = matrix(5, 9);
    Matrix c = new Matrix(into.memory().asSlice(3 * Float.BYTES), 5, 4, 9);
    float[] before = into.memory().toArray(JAVA_FLOAT);
    OpenBlas.get().multiply(part, b, c);
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 9; j++) {
        double expected = before[i * 9 + j];
        if (j >= 3 && j < 7) {
          expected = 0;
          for (int s = 0; s < 3; s++) {
            expected += at(wide, i, 2 + s) * at(b, s, j - 3);
          }
        }
        assertThat(at(into, i, j))
            .as("%d, %d, seed %d", i, j, SEED)
            .isCloseTo(expected, within(1e-5));
      }
    }
    assertThatThrownBy(() -> RowBias.add(part, b.memory(), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected rows without gaps");
  }

  @Test
  void shapesThatDoNotFitAreRefused() {
    Matrix a = matrix(3, 5);
    Matrix c = matrix(3, 7);
    assertThatThrownBy(() -> OpenBlas.get().multiply(a, a, c))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Matrix(a.memory(), 4, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("4 x 5 floats, rows 5 apart, in 60 bytes");
  }

  private double at(Matrix matrix, int row, int column) {
    int i = matrix.transposed() ? column : row;
    int j = matrix.transposed() ? row : column;
    return matrix.memory().getAtIndex(JAVA_FLOAT, (long) i * matrix.columns() + j);
  }

  private Matrix matrix(int rows, int columns) {
    var memory = Floats.allocate(arena, (long) rows * columns);
    for (long i = 0; i < (long) rows * columns; i++) {
      memory.setAtIndex(JAVA_FLOAT, i, 2 * random.nextFloat() - 1);
    }
    return new Matrix(memory, rows, columns);
  }
}
