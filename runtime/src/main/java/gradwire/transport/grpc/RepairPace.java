package gradwire.transport.grpc;

import java.util.concurrent.TimeUnit;

/**
 * How often one request is repaired: each repair sends a whole transfer, in which more may be
 * damaged, so a worker that answered every damage at once would ask for ever more. One thread.
 */
final class RepairPace {
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final long OVERDUE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** A transfer should be through before it is asked for again; a slow network's rate. */
  private static final long NANOS_PER_BYTE = 10;

  private long pauseNanos = LEAST_NANOS;
  private boolean troubled;
  private long lastAskNanos;
  private long lastSendNanos;

  /** A new request, of which nothing has been damaged yet. */
  void begin(long numBytes) {
    pauseNanos = LEAST_NANOS + numBytes * NANOS_PER_BYTE;
    troubled = false;
  }

  /** Something was damaged, here or at the other end. */
  void trouble() {
    if (!troubled) {
      troubled = true;
      lastAskNanos = System.nanoTime() - pauseNanos;
      lastSendNanos = lastAskNanos;
    }
  }

  boolean isTroubled() {
    return troubled;
  }

  /** Whether the other end may be asked to repeat itself now; if so, not again for a while. */
  boolean mayAsk() {
    long now = System.nanoTime();
    if (now - lastAskNanos < pauseNanos) {
      return false;
    }
    lastAskNanos = now;
    return true;
  }

  /** Whether nothing has been repaired for so long that the repair itself may have been damaged. */
  boolean isOverdue() {
    long now = System.nanoTime();
    long silence = pauseNanos + OVERDUE_NANOS;
    return now - lastAskNanos >= silence && now - lastSendNanos >= silence;
  }

  /** Whether the request may be sent again now; if so, not again for a while. */
  boolean maySendAgain() {
    long now = System.nanoTime();
    if (now - lastSendNanos < pauseNanos) {
      return false;
    }
    lastSendNanos = now;
    return true;
  }
}
