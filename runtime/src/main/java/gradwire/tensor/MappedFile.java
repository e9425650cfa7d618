package gradwire.tensor;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A file as memory. What is written here is in the system's page cache at once, in the order in
 * which it is written: it outlives the process, however that ends, though not the machine. Thread-
 * safe as memory is.
 */
public final class MappedFile implements AutoCloseable {
  private static final int ZEROS_BYTES = 1 << 20;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;

  private MappedFile(RandomAccessFile file) throws IOException {
    try {
      memory = file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, file.length(), arena);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      arena.close();
      throw e;
    }
  }

  /**
   * A new file of zeros whose room on the disk is taken already, so that no later write can fail.
   *
   * @param path where there is none yet
   * @throws IOException if the disk has no room
   */
  public static MappedFile create(Path path, long numBytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      writeZeros(file.getChannel(), numBytes);
      return new MappedFile(file);
    }
  }

  /** All of a file that is there. */
  public static MappedFile open(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      return new MappedFile(file);
    }
  }

  private static void writeZeros(FileChannel channel, long numBytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS_BYTES, numBytes));
    for (long at = 0; at < numBytes; ) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), numBytes - at));
      at += channel.write(zeros);
    }
  }

  /** All of it, live. */
  public MemorySegment memory() {
    return memory;
  }

  /** Returns when all that was written is on the disk. */
  public void force() {
    memory.force();
  }

  /** Unmaps it; the file stays. */
  @Override
  public void close() {
    arena.close();
  }
}
