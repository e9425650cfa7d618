package gradwire.worker.data;

import gradwire.error.Expect;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * What an IDX file says of itself: two zero bytes, the element type, the number of dimensions, then
 * each length as big-endian int32.
 *
 * @param shape axis lengths, each at least 1
 * @param numValues their product
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by no one.
record IdxHeader(int[] shape, int numValues) {
  static final int ANY_DIMENSIONS = 0;
  private static final int MAX_DIMENSIONS = 8;
  private static final int UNSIGNED_BYTE = 0x08;

  /** What an array may hold in any JVM. */
  private static final long MAX_VALUES = Integer.MAX_VALUE - 8;

  /**
   * Reads and checks a header.
   *
   * @param place the file, as errors name it
   * @param numDimensions what the caller needs, or {@link #ANY_DIMENSIONS}
   */
  static IdxHeader read(DataInputStream in, String place, int numDimensions) throws IOException {
    int magic = in.readInt();
    Expect.that(
        magic >>> 16 == 0,
        place,
        "an IDX file, whose first two bytes are 0",
        "0x%04x".formatted(magic >>> 16),
        "is it another kind of file? Raw or gzip IDX files are read");
    Expect.that(
        (magic >>> 8 & 0xff) == UNSIGNED_BYTE,
        place,
        "unsigned bytes, IDX element type 0x08",
        "0x%02x".formatted(magic >>> 8 & 0xff),
        "convert the values to unsigned bytes");
    int[] shape = readShape(in, place, magic & 0xff, numDimensions);
    return new IdxHeader(shape, numValues(shape, place));
  }

  int numBytes() {
    return Integer.BYTES * (1 + shape.length);
  }

  private static int[] readShape(DataInputStream in, String place, int numFound, int numDimensions)
      throws IOException {
    boolean any = numDimensions == ANY_DIMENSIONS;
    Expect.that(
        any ? numFound >= 1 && numFound <= MAX_DIMENSIONS : numFound == numDimensions,
        place,
        any ? "1 to " + MAX_DIMENSIONS + " dimensions" : dimensions(numDimensions),
        dimensions(numFound),
        "is it another file of the set under this name (images and labels swapped)?");
    int[] shape = new int[numFound];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = in.readInt();
    }
    return shape;
  }

  private static String dimensions(int n) {
    return switch (n) {
      case 1 -> "1 dimension (labels)";
      case 3 -> "3 dimensions (images)";
      default -> n + " dimensions";
    };
  }

  /** Unlike a plain product, never overflows: it stops at the first length that is too much. */
  private static int numValues(int[] shape, String place) {
    long numValues = 1;
    for (int length : shape) {
      boolean sane = length >= 1 && numValues * length <= MAX_VALUES;
      Expect.that(
          sane,
          place,
          "axis lengths of at least 1, and at most " + MAX_VALUES + " values",
          "shape " + Arrays.toString(shape),
          "the header is damaged: fetch the file again");
      numValues *= length;
    }
    return (int) numValues;
  }
}
