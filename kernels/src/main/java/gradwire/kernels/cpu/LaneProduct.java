package gradwire.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of a product of matrices that need not be laid out: {@code tile[r, j] = SUM
 * over s of a[rows[r] + steps[s]] * b[s, j]}, for a few r and as many j as two or three vectors
 * have, so that all sums stay in registers. In the order of s, by fused multiply-add.
 *
 * <p>Addresses are absolute, for the loops' sake: a check of bounds at every access costs a tenth.
 * Callers take them from segments that they hold, and stay inside.
 */
final class LaneProduct {
  /** Rows of a tile of three vectors, and of two: 12 sums, which leave registers for the rest. */
  static final int ROWS_OF_THREE = 4;

  static final int ROWS_OF_TWO = 6;

  /** Rows of any number of whole tiles. */
  static final int ROWS_OF_ALL = 12;

  private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int BYTES = Lanes.BYTES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private LaneProduct() {}

  /**
   * What is multiplied.
   *
   * @param a address of the first matrix
   * @param rows offsets into it, in bytes, by row
   * @param steps offsets into it, in bytes, by step
   * @param b address of the second matrix, from the tile's first column on
   * @param strideBytes from one of its rows to the next
   */
  record Operands(long a, int[] rows, int[] steps, long b, long strideBytes) {}

  /** A tile of 4 rows and 3 vectors, from row {@code row} on. */
  static void three(Operands by, int row, int numSteps, long tile) {
    int[] steps = by.steps();
    long stride = by.strideBytes();
    long b = by.b();
    long a0 = by.a() + by.rows()[row];
    long a1 = by.a() + by.rows()[row + 1];
    long a2 = by.a() + by.rows()[row + 2];
    long a3 = by.a() + by.rows()[row + 3];
    FloatVector c00 = FloatVector.zero(SPECIES);
    FloatVector c01 = c00;
    FloatVector c02 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c12 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c22 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    FloatVector c32 = c00;
    for (int s = 0; s < numSteps; s++) {
      long step = steps[s];
      FloatVector b0 = load(b);
      FloatVector b1 = load(b + BYTES);
      FloatVector b2 = load(b + 2L * BYTES);
      b += stride;
      FloatVector a = broadcast(a0 + step);
      c00 = a.fma(b0, c00);
      c01 = a.fma(b1, c01);
      c02 = a.fma(b2, c02);
      a = broadcast(a1 + step);
      c10 = a.fma(b0, c10);
      c11 = a.fma(b1, c11);
      c12 = a.fma(b2, c12);
      a = broadcast(a2 + step);
      c20 = a.fma(b0, c20);
      c21 = a.fma(b1, c21);
      c22 = a.fma(b2, c22);
      a = broadcast(a3 + step);
      c30 = a.fma(b0, c30);
      c31 = a.fma(b1, c31);
      c32 = a.fma(b2, c32);
    }
    store(c00, tile);
    store(c01, tile + BYTES);
    store(c02, tile + 2L * BYTES);
    store(c10, tile + 3L * BYTES);
    store(c11, tile + 4L * BYTES);
    store(c12, tile + 5L * BYTES);
    store(c20, tile + 6L * BYTES);
    store(c21, tile + 7L * BYTES);
    store(c22, tile + 8L * BYTES);
    store(c30, tile + 9L * BYTES);
    store(c31, tile + 10L * BYTES);
    store(c32, tile + 11L * BYTES);
  }

  /** A tile of 6 rows and 2 vectors, from row {@code row} on. */
  static void two(Operands by, int row, int numSteps, long tile) {
    int[] steps = by.steps();
    long stride = by.strideBytes();
    long b = by.b();
    long a0 = by.a() + by.rows()[row];
    long a1 = by.a() + by.rows()[row + 1];
    long a2 = by.a() + by.rows()[row + 2];
    long a3 = by.a() + by.rows()[row + 3];
    long a4 = by.a() + by.rows()[row + 4];
    long a5 = by.a() + by.rows()[row + 5];
    FloatVector c00 = FloatVector.zero(SPECIES);
    FloatVector c01 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    FloatVector c40 = c00;
    FloatVector c41 = c00;
    FloatVector c50 = c00;
    FloatVector c51 = c00;
    for (int s = 0; s < numSteps; s++) {
      long step = steps[s];
      FloatVector b0 = load(b);
      FloatVector b1 = load(b + BYTES);
      b += stride;
      FloatVector a = broadcast(a0 + step);
      c00 = a.fma(b0, c00);
      c01 = a.fma(b1, c01);
      a = broadcast(a1 + step);
      c10 = a.fma(b0, c10);
      c11 = a.fma(b1, c11);
      a = broadcast(a2 + step);
      c20 = a.fma(b0, c20);
      c21 = a.fma(b1, c21);
      a = broadcast(a3 + step);
      c30 = a.fma(b0, c30);
      c31 = a.fma(b1, c31);
      a = broadcast(a4 + step);
      c40 = a.fma(b0, c40);
      c41 = a.fma(b1, c41);
      a = broadcast(a5 + step);
      c50 = a.fma(b0, c50);
      c51 = a.fma(b1, c51);
    }
    store(c00, tile);
    store(c01, tile + BYTES);
    store(c10, tile + 2L * BYTES);
    store(c11, tile + 3L * BYTES);
    store(c20, tile + 4L * BYTES);
    store(c21, tile + 5L * BYTES);
    store(c30, tile + 6L * BYTES);
    store(c31, tile + 7L * BYTES);
    store(c40, tile + 8L * BYTES);
    store(c41, tile + 9L * BYTES);
    store(c50, tile + 10L * BYTES);
    store(c51, tile + 11L * BYTES);
  }

  /**
   * Where a row of a tile goes.
   *
   * @param bias address of the tile's first column's bias
   * @param numWhole vectors of the row that are stored whole
   * @param rest what is stored of the next one, if there is one
   * @param relu whether sums below 0 become 0
   */
  record Finish(long bias, int numWhole, VectorMask<Float> rest, boolean relu) {}

  /** Adds the bias to a row of a tile and stores it. */
  static void finish(Finish by, long tile, int numVectors, long y) {
    long offset = 0;
    for (int v = 0; v < by.numWhole(); v++) {
      store(finished(by, tile, offset), y + offset);
      offset += BYTES;
    }
    if (by.numWhole() < numVectors) {
      finished(by, tile, offset).intoMemorySegment(MEMORY, y + offset, ORDER, by.rest());
    }
  }

  private static FloatVector finished(Finish by, long tile, long offset) {
    FloatVector sum = load(tile + offset).add(load(by.bias() + offset));
    return by.relu() ? Lanes.whereAboveZero(sum, sum) : sum;
  }

  private static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(SPECIES, MEMORY, address, ORDER);
  }

  private static FloatVector broadcast(long address) {
    return FloatVector.broadcast(SPECIES, MEMORY.get(JAVA_FLOAT_UNALIGNED, address));
  }

  private static void store(FloatVector vector, long address) {
    vector.intoMemorySegment(MEMORY, address, ORDER);
  }
}
