package gradwire.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * A role's side of the rope to its launcher: standard input is a pipe that the launcher holds. The
 * line {@code stop} asks for a graceful end; the end of the pipe means that the launcher is gone,
 * however it died, and the role ends at once. So no role is ever left behind.
 */
public final class Supervision {
  /** The line that asks a role to save and end. */
  public static final String STOP = "stop";

  /** Exit code of a role whose launcher is gone. */
  public static final int EXIT_ORPHANED = 1;

  /** Ends the process without running shutdown hooks; a test puts its own here. */
  @FunctionalInterface
  interface Halter {
    void halt(int exitCode);
  }

  private final Runnable onStop;
  private final Halter halter;
  private boolean stopped;

  private Supervision(Runnable onStop, Halter halter) {
    this.onStop = onStop;
    this.halter = halter;
  }

  /**
   * Starts watching, on a daemon thread of its own, and returns. Also makes the process deaf to
   * SIGINT: a terminal sends Ctrl-C to the launcher and to its roles alike, and the launcher is the
   * one who answers.
   *
   * @param stdin the pipe, usually {@code System.in}
   * @param onStop run once, on the watching thread, at the first {@code stop}; should not block
   */
  public static void watch(InputStream stdin, Runnable onStop) {
    ignoreInterrupt();
    watch(stdin, onStop, exitCode -> Runtime.getRuntime().halt(exitCode));
  }

  static Thread watch(InputStream stdin, Runnable onStop, Halter halter) {
    Supervision supervision = new Supervision(onStop, halter);
    return Thread.ofPlatform()
        .daemon()
        .name("supervision")
        .start(() -> supervision.readUntilEnd(stdin));
  }

  private void readUntilEnd(InputStream stdin) {
    try {
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(stdin, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        obey(line.strip());
      }
    } catch (IOException brokenPipe) {
      // As good as its end.
    }
    System.err.println("supervision: the launcher is gone (end of standard input); ending at once");
    halter.halt(EXIT_ORPHANED);
  }

  private void obey(String line) {
    if (line.equals(STOP) && !stopped) {
      stopped = true;
      onStop.run();
    }
  }

  private static void ignoreInterrupt() {
    try {
      Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
    } catch (IllegalArgumentException ignoredAlready) {
      // Inherited as ignored (nohup and the like): nothing left to do.
    }
  }
}
