package gradwire.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The end of a task's log. */
final class LogTail {
  private static final int TAIL_BYTES = 1 << 16;
  private static final Pattern ERROR =
      Pattern.compile(
          "\\b(error|fatal)\\b|Exception|^Caused by: |Error\\b|: expected .*, got ",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern STACK_FRAME = Pattern.compile("\\s+(at |\\.\\.\\. ).*");

  private LogTail() {}

  /** The last line that tells of an error: of a stack trace, the last cause; empty if none does. */
  static Optional<String> lastError(Path log) {
    return read(log).reversed().stream()
        .filter(line -> !STACK_FRAME.matcher(line).matches())
        .filter(line -> ERROR.matcher(line).find())
        .map(String::strip)
        .findFirst();
  }

  private static List<String> read(Path log) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      byte[] tail = new byte[(int) Math.min(TAIL_BYTES, file.length())];
      file.seek(file.length() - tail.length);
      file.readFully(tail);
      return new String(tail, UTF_8).lines().toList();
    } catch (IOException noLog) {
      return List.of();
    }
  }
}
