package gradwire.systemtests;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A short command of the system's. */
final class Tool {
  private Tool() {}

  /** Whether it ended well. */
  static boolean succeeds(String... words) {
    try {
      Process process =
          new ProcessBuilder(words)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException missing) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @throws IllegalStateException if it did not end well
   */
  static void run(String... words) {
    if (!succeeds(words)) {
      throw new IllegalStateException("expected to end well: " + List.of(words));
    }
  }
}
