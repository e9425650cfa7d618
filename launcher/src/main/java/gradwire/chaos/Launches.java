package gradwire.chaos;

import java.io.IOException;

/** How the run under test is launched: as a process of its own, so that it can be killed. */
public interface Launches {
  /** Starts the run's first launcher. */
  Process launch() throws IOException;

  /** Starts a launcher that goes on with the run. */
  Process resume() throws IOException;

  /** What the latest launcher has printed. */
  String said();
}
