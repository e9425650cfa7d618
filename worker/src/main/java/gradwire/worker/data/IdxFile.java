package gradwire.worker.data;

import java.nio.file.Path;

/**
 * The content of one IDX file of unsigned bytes, the format of MNIST and its kin. The arrays are
 * not copied: whoever holds them must not write to them.
 *
 * @param shape axis lengths, each at least 1
 * @param values {@code [product of shape] uint8}, row-major
 */
@SuppressWarnings("ArrayRecordComponent") // Megabytes, compared by no one.
public record IdxFile(int[] shape, byte[] values) {
  /**
   * Reads a whole file, raw or gzip (told apart by content, not by name), and checks that it holds
   * exactly what its header says. Blocks on the disk.
   *
   * @throws gradwire.error.UsageException naming the file, what was expected and got, and what to
   *     do, if it is missing, empty, truncated, corrupt, too long, or not unsigned bytes
   */
  public static IdxFile read(Path file) {
    return IdxReader.read(file, IdxHeader.ANY_DIMENSIONS);
  }

  /**
   * As {@link #read(Path)}, and refuses another number of dimensions before it reads the values.
   *
   * @param numDimensions length of {@link #shape}
   */
  public static IdxFile read(Path file, int numDimensions) {
    return IdxReader.read(file, numDimensions);
  }
}
