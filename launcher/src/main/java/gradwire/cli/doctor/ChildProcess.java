package gradwire.cli.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A program run to its end, for what it says.
 *
 * @param output standard output and error
 */
record ChildProcess(int exitCode, String output) {
  /**
   * Empty if there is no such program, or it does not end within {@code limit} (then it is killed).
   */
  static Optional<ChildProcess> run(
      List<String> command, Map<String, String> environment, Duration limit) {
    try {
      Path output = Files.createTempFile("gradwire-doctor", ".txt");
      try {
        return run(command, environment, limit, output);
      } finally {
        Files.delete(output);
      }
    } catch (IOException noSuchProgram) {
      return Optional.empty();
    }
  }

  private static Optional<ChildProcess> run(
      List<String> command, Map<String, String> environment, Duration limit, Path output)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return Optional.of(
            new ChildProcess(process.exitValue(), Files.readString(output, UTF_8).strip()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
    return Optional.empty();
  }
}
