package gradwire.kernels.cpu;

import java.util.stream.IntStream;
import jdk.incubator.vector.VectorMask;

/** Which pixels of an image each of its windows covers. Immutable. */
final class PoolWindows {
  private final Window window;
  private final int[][] pixels;
  private final VectorMask<Float> rest;

  private final boolean disjoint;

  private final boolean complete;

  PoolWindows(Window window) {
    this.window = window;
    this.rest = Lanes.rest(window.channels());
    this.pixels =
        IntStream.range(0, window.output().area()).mapToObj(this::covered).toArray(int[][]::new);
    int[] counts = new int[window.input().area()];
    for (int[] covered : pixels) {
      for (int pixel : covered) {
        counts[(int) (pixel / pixelBytes())]++;
      }
    }
    disjoint = IntStream.of(counts).allMatch(count -> count <= 1);
    complete = IntStream.of(counts).allMatch(count -> count >= 1);
  }

  /** Whether no pixel lies in two windows. */
  boolean areDisjoint() {
    return disjoint;
  }

  /** Whether every pixel lies in a window. */
  boolean coverAll() {
    return complete;
  }

  /** Windows of an image. */
  int perImage() {
    return pixels.length;
  }

  /** Where the image of a window begins, in bytes; windows of all images are numbered through. */
  long image(int index) {
    return index / pixels.length * imageBytes();
  }

  /** What a window covers of its image, row by row: offsets in bytes. At least one. */
  int[] pixels(int index) {
    return pixels[index % pixels.length];
  }

  long imageBytes() {
    return (long) window.imageFloats() * Float.BYTES;
  }

  long pixelBytes() {
    return (long) window.channels() * Float.BYTES;
  }

  /** Of a pixel. */
  long wholeBytes() {
    return Lanes.wholeBytes(window.channels());
  }

  /** Channels after whole vectors. */
  VectorMask<Float> rest() {
    return rest;
  }

  private int[] covered(int index) {
    int row = index / window.output().width();
    int column = index % window.output().width();
    return IntStream.range(window.firstRow(row), window.endRow(row))
        .flatMap(
            k ->
                IntStream.range(window.firstColumn(column), window.endColumn(column))
                    .map(j -> offset(window.row(row, k), window.column(column, j))))
        .toArray();
  }

  private int offset(int row, int column) {
    return (row * window.input().width() + column) * window.channels() * Float.BYTES;
  }
}
