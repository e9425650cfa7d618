package gradwire.kernels.cpu;

import static gradwire.kernels.cpu.Lanes.load;
import static gradwire.kernels.cpu.Lanes.store;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import gradwire.tensor.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * A bias that is added to every row of a matrix, its activation where that is ReLU, and its
 * gradient. Rows are taken as many at a time as there are lanes, so that whole vectors hold them
 * whatever their length. One thread.
 */
public final class RowBias {
  private final int columns;

  /** {@code [lanes, columns]}: the bias, again and again; or sums for its gradient. */
  private final MemorySegment tile;

  /**
   * @param arena keeps the scratch memory
   * @param columns floats of a row
   */
  public RowBias(Arena arena, int columns) {
    this.columns = columns;
    this.tile = Floats.allocate(arena, (long) columns * Lanes.COUNT);
  }

  /** {@code row = row + bias}, or {@code max(0, row + bias)} with {@code relu}. */
  public void add(MemorySegment rows, int numRows, MemorySegment bias, boolean relu) {
    for (int i = 0; i < Lanes.COUNT; i++) {
      MemorySegment.copy(bias, 0, tile, (long) i * columns * Float.BYTES, bias.byteSize());
    }
    long numBytes = (long) numRows * columns * Float.BYTES;
    long tileBytes = tile.byteSize();
    for (long at = 0; at < numBytes; at += tileBytes) {
      long length = Math.min(tileBytes, numBytes - at);
      long whole = Lanes.wholeBytes(length / Float.BYTES);
      if (relu) {
        addAndCut(rows, at, whole);
      } else {
        add(rows, at, whole);
      }
      for (long i = whole; i < length; i += Float.BYTES) {
        float sum = rows.get(JAVA_FLOAT, at + i) + tile.get(JAVA_FLOAT, i);
        rows.set(JAVA_FLOAT, at + i, relu && !(sum > 0) ? 0 : sum);
      }
    }
  }

  private void add(MemorySegment rows, long at, long whole) {
    for (long i = 0; i < whole; i += Lanes.BYTES) {
      store(load(rows, at + i).add(load(tile, i)), rows, at + i);
    }
  }

  private void addAndCut(MemorySegment rows, long at, long whole) {
    for (long i = 0; i < whole; i += Lanes.BYTES) {
      FloatVector sum = load(rows, at + i).add(load(tile, i));
      store(Lanes.whereAboveZero(sum, sum), rows, at + i);
    }
  }

  /**
   * {@code sums = kept * sums + SUM over rows}, in float32: by the row's number modulo the lanes
   * first, then over these.
   *
   * @param kept 0 or 1
   * @param sums {@code [columns]}
   */
  public void sumRows(MemorySegment rows, int numRows, float kept, MemorySegment sums) {
    tile.fill((byte) 0);
    long numBytes = (long) numRows * columns * Float.BYTES;
    long tileBytes = tile.byteSize();
    for (long at = 0; at < numBytes; at += tileBytes) {
      long length = Math.min(tileBytes, numBytes - at);
      long whole = Lanes.wholeBytes(length / Float.BYTES);
      for (long i = 0; i < whole; i += Lanes.BYTES) {
        store(load(tile, i).add(load(rows, at + i)), tile, i);
      }
      for (long i = whole; i < length; i += Float.BYTES) {
        tile.set(JAVA_FLOAT, i, tile.get(JAVA_FLOAT, i) + rows.get(JAVA_FLOAT, at + i));
      }
    }
    for (int c = 0; c < columns; c++) {
      float sum = kept == 0 ? 0 : sums.getAtIndex(JAVA_FLOAT, c);
      for (int i = 0; i < Lanes.COUNT; i++) {
        sum += tile.getAtIndex(JAVA_FLOAT, (long) i * columns + c);
      }
      sums.setAtIndex(JAVA_FLOAT, c, sum);
    }
  }
}
