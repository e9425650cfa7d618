package gradwire.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A file that names a process: its id and its start time (epoch milliseconds). A number that the
 * system has since given to another process is told apart by the start time.
 */
public final class ProcessFile {
  /** Two readings of one process's start differ by the clock's rounding. */
  private static final Duration START_TOLERANCE = Duration.ofSeconds(2);

  private ProcessFile() {}

  /** The file's one line for {@code process}. */
  static String line(ProcessHandle process) {
    return process.pid() + " " + startOf(process).toEpochMilli() + "\n";
  }

  /**
   * The process that {@code file} names, if it runs; empty, too, for a missing or damaged file and
   * for a process that has ended and that nobody has collected yet.
   */
  public static Optional<ProcessHandle> findRunning(Path file) {
    try {
      String[] words = Files.readString(file).strip().split(" ");
      Instant start = Instant.ofEpochMilli(Long.parseLong(words[1]));
      return ProcessHandle.of(Long.parseLong(words[0]))
          .filter(ProcessFile::isRunning)
          .filter(process -> isNear(startOf(process), start));
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException unreadable) {
      return Optional.empty();
    }
  }

  /** Whether {@code process} has not ended yet, collected or not. */
  static boolean isRunning(ProcessHandle process) {
    return process.isAlive() && !isUncollected(process);
  }

  /** A zombie: the JDK counts it as alive. */
  private static boolean isUncollected(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
    } catch (IOException goneOrNotLinux) {
      return false;
    }
  }

  private static Instant startOf(ProcessHandle process) {
    return process.info().startInstant().orElse(Instant.EPOCH);
  }

  private static boolean isNear(Instant one, Instant other) {
    return Duration.between(one, other).abs().compareTo(START_TOLERANCE) <= 0;
  }
}
