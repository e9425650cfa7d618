package gradwire.launcher;

import gradwire.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code launcher.log} of a run folder: what its launchers did, a line each, with the time
 * (UTC). One thread. A log that cannot be written ends no run.
 */
final class LauncherLog {
  private static final Logger log = LoggerFactory.getLogger(LauncherLog.class);

  private final Path file;
  private final InstantSource clock;

  LauncherLog(RunFolder folder, InstantSource clock) {
    this.file = folder.root().resolve("launcher.log");
    this.clock = clock;
  }

  void add(String line) {
    try {
      Files.writeString(
          file,
          clock.instant().truncatedTo(ChronoUnit.MILLIS) + " " + line + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      log.warn("{}: expected to append a line, got {}: {}", file, e, line);
    }
  }
}
