package gradwire.launcher;

import java.time.Duration;

/**
 * How long roles may take to end when asked to; then they are killed.
 *
 * @param afterFailure another task has failed: there is little left to save
 * @param afterStop the user, or the time limit, has ended the run: time for a final checkpoint
 */
public record Patience(Duration afterFailure, Duration afterStop) {
  public static final Patience DEFAULT =
      new Patience(Duration.ofSeconds(5), Duration.ofSeconds(15));
}
