package gradwire.run;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How and when a run ended, as its launcher saw it.
 *
 * @param error why it failed, or what went wrong while it was stopped
 * @param launchedAt when the user's command began
 */
public record RunEnding(
    RunStatus status, @Nullable String error, Instant launchedAt, Instant endedAt) {
  /** Launch to exit. */
  public double wallSeconds() {
    return Duration.between(launchedAt, endedAt).toNanos() / 1e9;
  }
}
