package gradwire.run;

import gradwire.error.GradwireException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Files that are there whole or not at all: written beside the target, forced to disk, renamed over
 * it. Thread-safe; of two writers of one path the later rename wins. Blocks for the disk.
 */
public final class AtomicFiles {
  private static final AtomicLong SEQUENCE = new AtomicLong();

  private AtomicFiles() {}

  /** Writes {@code text} as UTF-8. */
  public static void write(Path path, String text) {
    write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Replaces {@code path} by {@code bytes}; makes missing folders.
   *
   * @throws GradwireException if the disk refuses; the former file, if any, is then untouched
   */
  public static void write(Path path, byte[] bytes) {
    write(path, stream -> stream.write(bytes));
  }

  /** What a file shall hold. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it; the stream isn't buffered and needn't be closed. */
    void writeTo(OutputStream stream) throws IOException;
  }

  /** As {@link #write(Path, byte[])}, for what is too big to be held in memory. */
  public static void write(Path path, Content content) {
    Path target = path.toAbsolutePath();
    Path folder = target.resolveSibling("");
    Path temporary = temporaryBeside(target);
    try {
      Files.createDirectories(folder);
      writeForced(temporary, content);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      forceFolder(folder);
    } catch (IOException e) {
      removeQuietly(temporary);
      throw refused(path, e);
    }
  }

  private static Path temporaryBeside(Path target) {
    String suffix = ProcessHandle.current().pid() + "-" + SEQUENCE.incrementAndGet();
    return target.resolveSibling("." + target.getFileName() + "." + suffix + ".tmp");
  }

  private static void writeForced(Path file, Content content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      content.writeTo(Channels.newOutputStream(channel));
      channel.force(true);
    }
  }

  /** Makes the rename itself durable, where the platform can open a folder. */
  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException platformCannot) {
      // The file is whole either way; only its survival of a power cut is not promised.
    }
  }

  private static void removeQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException alreadyReported) {
      // The write's own failure is the news.
    }
  }

  private static GradwireException refused(Path path, IOException cause) {
    String reason =
        switch (cause) {
          case AccessDeniedException denied -> "permission denied";
          case NoSuchFileException missing -> "the folder vanished";
          default -> String.valueOf(cause.getMessage());
        };
    return new GradwireException(
        path
            + ": expected to write the file, got: "
            + reason
            + "; free disk space or make the folder writable, then run again",
        cause);
  }
}
