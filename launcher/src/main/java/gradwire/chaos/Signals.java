package gradwire.chaos;

import gradwire.error.GradwireException;
import java.io.IOException;

/** Signals that the JDK has no word for. */
final class Signals {
  private Signals() {}

  /** {@code SIGSTOP}: the process stands still, and its connections stay open. */
  static void stop(long pid) {
    send("STOP", pid);
  }

  /** {@code SIGCONT}: goes on; nothing happens to a process that is gone. */
  static void goOn(long pid) {
    send("CONT", pid);
  }

  private static void send(String signal, long pid) {
    try {
      new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid + " 2>/dev/null")
          .inheritIO()
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new GradwireException("kill: expected a shell, got " + e + "; chaos needs Unix", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GradwireException("kill: interrupted", e);
    }
  }
}
