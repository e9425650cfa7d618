package gradwire.run;

import gradwire.error.GradwireException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is memory: what is stored there outlives the process, however suddenly it ends (not
 * the machine). Whoever writes takes care that a half-done change is not taken for a whole one.
 */
public final class StateFile {
  private static final int BLOCK_BYTES = 1 << 16;

  private StateFile() {}

  /**
   * Maps {@code numBytes} of {@code path}, zeros where it is new; a file of another length is begun
   * anew. Room on the disk is taken now, not when a byte is first stored.
   *
   * @param arena owns the mapping
   * @throws GradwireException naming the file, if the disk refuses
   */
  public static MemorySegment map(Path path, long numBytes, Arena arena) {
    try {
      Files.createDirectories(path.toAbsolutePath().resolveSibling(""));
      try (FileChannel file =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        if (file.size() != numBytes) {
          file.truncate(0);
          fill(file, numBytes);
        }
        return file.map(FileChannel.MapMode.READ_WRITE, 0, numBytes, arena);
      }
    } catch (IOException e) {
      throw new GradwireException(
          path
              + ": expected "
              + numBytes
              + " bytes of disk for what must outlive this process, got "
              + e
              + "; free disk space, then resume",
          e);
    }
  }

  private static void fill(FileChannel file, long numBytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate(BLOCK_BYTES);
    for (long left = numBytes; left > 0; left = numBytes - file.position()) {
      zeros.clear().limit((int) Math.min(left, BLOCK_BYTES));
      file.write(zeros);
    }
  }
}
