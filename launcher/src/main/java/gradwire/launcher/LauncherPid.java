package gradwire.launcher;

import gradwire.error.GradwireException;
import gradwire.run.AtomicFiles;
import gradwire.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The file {@code launcher.pid} of a run folder: process id and start time (epoch milliseconds) of
 * the launcher at work there. A number that the system has since given to another process is told
 * apart by the start time.
 */
public final class LauncherPid implements AutoCloseable {
  /** Two readings of one process's start differ by the clock's rounding. */
  private static final Duration START_TOLERANCE = Duration.ofSeconds(2);

  private final Path path;

  private LauncherPid(Path path) {
    this.path = path;
  }

  /**
   * Says that this process is the run's launcher, until closed.
   *
   * @throws GradwireException if another launcher is at work in the folder
   */
  static LauncherPid claim(RunFolder folder) {
    findLauncher(folder)
        .ifPresent(
            other -> {
              throw new GradwireException(
                  folder.root()
                      + ": expected no other launcher at work here, got process "
                      + other.pid()
                      + "; wait for it or stop it with: gradwire runs stop "
                      + folder.root());
            });
    ProcessHandle self = ProcessHandle.current();
    AtomicFiles.write(file(folder), self.pid() + " " + startOf(self).toEpochMilli() + "\n");
    return new LauncherPid(file(folder));
  }

  /** The launcher at work in {@code folder}; empty if there is none alive. */
  public static Optional<ProcessHandle> findLauncher(RunFolder folder) {
    try {
      String[] words = Files.readString(file(folder)).strip().split(" ");
      Instant start = Instant.ofEpochMilli(Long.parseLong(words[1]));
      return ProcessHandle.of(Long.parseLong(words[0]))
          .filter(ProcessHandle::isAlive)
          .filter(process -> isNear(startOf(process), start));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException damaged) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException harmless) {
      // The process id and start time in it fit no process from now on.
    }
  }

  private static Path file(RunFolder folder) {
    return folder.root().resolve("launcher.pid");
  }

  private static Instant startOf(ProcessHandle process) {
    return process.info().startInstant().orElse(Instant.EPOCH);
  }

  private static boolean isNear(Instant one, Instant other) {
    return Duration.between(one, other).abs().compareTo(START_TOLERANCE) <= 0;
  }
}
