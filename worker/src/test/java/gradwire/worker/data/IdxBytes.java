package gradwire.worker.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;

/** Makes the bytes of IDX files, good and bad. */
final class IdxBytes {
  static final int UNSIGNED_BYTE = 0x08;

  private IdxBytes() {}

  /** A file whose header says {@code shape}, followed by {@code numValues} values 0, 1, 2, ... */
  static byte[] idx(int elementType, int numValues, int... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + shape.length) + numValues);
    bytes.putInt(elementType << 8 | shape.length);
    for (int axis : shape) {
      bytes.putInt(axis);
    }
    for (int i = 0; i < numValues; i++) {
      bytes.put((byte) i);
    }
    return bytes.array();
  }

  static byte[] images(int numImages, int rows, int columns) {
    return idx(UNSIGNED_BYTE, numImages * rows * columns, numImages, rows, columns);
  }

  static byte[] labels(int numLabels) {
    return idx(UNSIGNED_BYTE, numLabels, numLabels);
  }

  static byte[] gzip(byte[] raw) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(raw);
    }
    return bytes.toByteArray();
  }
}
