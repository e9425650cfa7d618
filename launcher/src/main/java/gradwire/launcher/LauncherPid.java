package gradwire.launcher;

import gradwire.error.UsageException;
import gradwire.run.AtomicFiles;
import gradwire.run.RunFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code launcher.pid} of a run folder names the launcher at work there. Beside it, a lock
 * that the system frees when its holder dies lets only one of two launchers in that come at once.
 */
public final class LauncherPid implements AutoCloseable {
  private final RunFolder folder;
  private final @Nullable FileChannel locked;

  private LauncherPid(RunFolder folder, @Nullable FileChannel locked) {
    this.folder = folder;
    this.locked = locked;
  }

  /**
   * Says that this process is the run's launcher, until closed.
   *
   * @throws UsageException if another launcher is at work in the folder
   */
  static LauncherPid claim(RunFolder folder) {
    requireNone(folder);
    LauncherPid claim = new LauncherPid(folder, lock(folder));
    AtomicFiles.write(file(folder), ProcessFile.line(ProcessHandle.current()));
    return claim;
  }

  /**
   * Refuses a folder in which a launcher is at work.
   *
   * @throws UsageException naming the process
   */
  static void requireNone(RunFolder folder) {
    findLauncher(folder)
        .ifPresent(
            other -> {
              throw taken(folder, "process " + other.pid());
            });
  }

  /** The launcher at work in {@code folder}; empty if there is none alive. */
  public static Optional<ProcessHandle> findLauncher(RunFolder folder) {
    return ProcessFile.findRunning(file(folder));
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file(folder));
      if (locked != null) {
        locked.close();
      }
    } catch (IOException harmless) {
      // The process id and start time in it fit no process from now on.
    }
  }

  /** Null where the file system knows no locks: then the file alone must do. */
  private static @Nullable FileChannel lock(RunFolder folder) {
    FileChannel channel = null;
    try {
      Files.createDirectories(lockFile(folder).resolveSibling(""));
      channel =
          FileChannel.open(lockFile(folder), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        throw taken(folder, "one that has just begun");
      }
      return channel;
    } catch (OverlappingFileLockException inThisProcess) {
      throw taken(folder, "one of this very process");
    } catch (IOException noLocks) {
      return channel;
    }
  }

  private static UsageException taken(RunFolder folder, String by) {
    return new UsageException(
        folder.root()
            + ": expected no other launcher at work here, got "
            + by
            + "; wait for it or stop it with: gradwire runs stop "
            + folder.root());
  }

  private static Path file(RunFolder folder) {
    return folder.root().resolve("launcher.pid");
  }

  private static Path lockFile(RunFolder folder) {
    return folder.root().resolve("tasks").resolve("launcher.lock");
  }
}
