package gradwire.launcher;

import java.util.List;
import sun.misc.Signal;

/**
 * Turns Ctrl-C, SIGTERM and a closed terminal into a request to stop: the first saves and ends, the
 * second kills the roles, a third ends the launcher, and with it all, on the spot.
 */
public final class StopSignals {
  private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");
  private static final int HALT_AT = 3;

  private final RunControl control;
  private int numReceived;

  private StopSignals(RunControl control) {
    this.control = control;
  }

  /** For the life of the process. */
  public static void install(RunControl control) {
    StopSignals signals = new StopSignals(control);
    SIGNALS.forEach(signals::handle);
  }

  private void handle(String name) {
    try {
      Signal.handle(new Signal(name), signal -> receive());
    } catch (IllegalArgumentException ignoredByParent) {
      // Started under nohup or the like: that signal is meant to be ignored.
    }
  }

  private synchronized void receive() {
    control.requestStop();
    if (++numReceived >= HALT_AT) {
      Runtime.getRuntime().halt(ExitCode.STOPPED.code());
    }
  }
}
