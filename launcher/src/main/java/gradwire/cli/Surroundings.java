package gradwire.cli;

import gradwire.launcher.Style;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Where a command runs and to whom it speaks. Immutable.
 *
 * @param workingDirectory relative paths and {@code runs/} are below it
 * @param launchedAt when the user's command began
 */
public record Surroundings(
    PrintStream out,
    PrintStream err,
    Style style,
    Path workingDirectory,
    InstantSource clock,
    Instant launchedAt) {
  /** Of this process. */
  public static Surroundings ofProcess() {
    InstantSource clock = InstantSource.system();
    return new Surroundings(
        System.out, System.err, Style.ofStandardOutput(), Path.of(""), clock, launchedAt(clock));
  }

  Path runs() {
    return workingDirectory.resolve("runs");
  }

  /** As the script noted it in epoch seconds, where its shell could; otherwise now. */
  private static Instant launchedAt(InstantSource clock) {
    String seconds = System.getProperty("gradwire.launchedAt", "").replace(',', '.');
    return seconds.matches("\\d+\\.\\d+")
        ? Instant.ofEpochMilli(Math.round(Double.parseDouble(seconds) * 1e3))
        : clock.instant();
  }
}
