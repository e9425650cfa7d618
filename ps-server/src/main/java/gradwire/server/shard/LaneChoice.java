package gradwire.server.shard;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a shard's next update runs over arrays or on lanes, by what the ones before have taken.
 *
 * <p>Lanes are the faster way once C2 has compiled them, and a hundred times the slower before. Nor
 * is it certain that it ever does ({@link gradwire.tensor.PlainMemory}). So lanes are tried for as
 * long as they have lost no more than a second; then it is arrays again, and another try after
 * twice as many floats. The bits are the same either way. One thread at a time.
 */
final class LaneChoice {
  /**
   * Compiling lanes usually costs some 0.3 s of CPU; a shard must have had this many floats applied
   * before it is likely to get them back.
   */
  static final long PAY_AFTER_FLOATS = 400_000_000;

  static final long MAY_LOSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Logger log = LoggerFactory.getLogger(LaneChoice.class);

  /** An update over arrays counts for a sixteenth of their mean. */
  private static final int MEMORY = 16;

  private final boolean hasLanes;
  private boolean onLanes;
  private long floatsOnArrays;
  private long floatsUntilTry = PAY_AFTER_FLOATS;
  private double arrayNanos;
  private double lostNanos;

  /**
   * @param hasLanes whether there is a choice
   */
  LaneChoice(boolean hasLanes) {
    this.hasLanes = hasLanes;
  }

  boolean isOnLanes() {
    return onLanes;
  }

  /** An update of {@code numFloats} was applied in the way that {@link #isOnLanes} said. */
  void took(long numFloats, long nanos) {
    if (onLanes) {
      countLoss(nanos);
    } else {
      arrayNanos += (nanos - arrayNanos) / (arrayNanos == 0 ? 1 : MEMORY);
      floatsOnArrays += numFloats;
      onLanes = hasLanes && floatsOnArrays >= floatsUntilTry;
    }
  }

  /** What was gained long ago does not pay for a loss of today. */
  private void countLoss(long nanos) {
    lostNanos = Math.max(0, lostNanos + nanos - arrayNanos);
    if (lostNanos < MAY_LOSE_NANOS) {
      return;
    }
    log.info("vector lanes were slower than arrays ({} ns), updates go over arrays", arrayNanos);
    onLanes = false;
    lostNanos = 0;
    floatsOnArrays = 0;
    floatsUntilTry *= 2;
  }
}
