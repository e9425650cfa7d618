package gradwire.launcher;

import gradwire.config.Training;
import java.time.Duration;

/**
 * How long roles may take to end when asked to, and how long a server may be silent; then they are
 * killed.
 *
 * @param afterFailure another task has failed: there is little left to save
 * @param afterStop the user, or the time limit, has ended the run: time for a final checkpoint
 * @param silence a server that has answered before does not any more: it stands still
 */
public record Patience(Duration afterFailure, Duration afterStop, Duration silence) {
  public static final Patience DEFAULT =
      new Patience(
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofMillis(Training.DEFAULT.leaseMillis()));

  /** The same, as a job's lease has it. */
  Patience withSilence(Duration lease) {
    return new Patience(afterFailure, afterStop, lease);
  }
}
