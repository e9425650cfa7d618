package gradwire.transport;

import gradwire.error.GradwireException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long one server is tried again, and with what pauses: 5 ms at first, twice as long each time,
 * up to 200 ms. One thread.
 */
final class RetryPace {
  /** What time it is, and waiting for it to pass. */
  interface Time {
    Time SYSTEM =
        new Time() {
          @Override
          public long nanos() {
            return System.nanoTime();
          }

          @Override
          public void pause(long nanos) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(nanos);
          }
        };

    long nanos();

    void pause(long nanos) throws InterruptedException;
  }

  private static final Logger log = LoggerFactory.getLogger(RetryPace.class);
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final String server;
  private final Duration patience;
  private final Time time;

  /** What went wrong first since the last answer; null: nothing. */
  private @Nullable LineBrokenException first;

  private long sinceNanos;
  private long pauseNanos;

  /**
   * @param patience how long without an answer
   */
  RetryPace(String server, Duration patience, Time time) {
    this.server = server;
    this.patience = patience;
    this.time = time;
  }

  /**
   * A line, or an attempt at one, has failed: waits a little before the next.
   *
   * @throws GradwireException when it was tried for long enough
   */
  void awaitNextAttempt(LineBrokenException why) {
    long now = time.nanos();
    if (first == null) {
      first = why;
      sinceNanos = now;
      pauseNanos = FIRST_PAUSE_NANOS;
      log.warn("{}; trying again for up to {} s", why.getMessage(), patience.toSeconds());
    }
    long leftNanos = patience.toNanos() - (now - sinceNanos);
    if (leftNanos <= 0) {
      throw givenUp(first, why);
    }
    pause(Math.min(pauseNanos, leftNanos));
    pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
  }

  private GradwireException givenUp(LineBrokenException begin, LineBrokenException end) {
    String last = end == begin ? "" : "; at last: " + end.getMessage();
    return new GradwireException(
        server
            + ": tried for "
            + patience.toSeconds()
            + " s to go on after: "
            + begin.getMessage()
            + last,
        end);
  }

  private void pause(long nanos) {
    try {
      time.pause(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GradwireException(server + ": interrupted while waiting for a new line to it", e);
    }
  }

  /** There is a line again. */
  void lineIsBack() {
    if (first != null) {
      long millis = TimeUnit.NANOSECONDS.toMillis(time.nanos() - sinceNanos);
      log.info("{}: line is back after {} ms", server, millis);
    }
  }

  /** The server has answered: the next failure is a new one. */
  void answered() {
    first = null;
  }
}
