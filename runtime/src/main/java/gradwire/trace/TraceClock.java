package gradwire.trace;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import gradwire.error.GradwireException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Turns {@link System#nanoTime} into the run's time. Immutable.
 *
 * <p>On Linux {@code nanoTime} is {@code CLOCK_MONOTONIC}: all processes that were started under
 * one kernel, in one time namespace, read the same clock. Such processes take the launcher's
 * reading of the time of day and agree to the nanosecond. A process elsewhere takes its own
 * reading: its times are as far off as the two hosts' clocks (milliseconds under NTP), and an arrow
 * may then seem to point backwards.
 *
 * @param domain equal in processes whose {@code nanoTime} can be compared
 * @param epochNanosAtZero time of day, in nanoseconds since 1970, when {@code nanoTime} was 0
 * @param runEpochNanos time of day at which the run's time is 0
 */
record TraceClock(String domain, long epochNanosAtZero, long runEpochNanos) {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path TIME_NAMESPACE = Path.of("/proc/self/ns/time");
  private static final int NUM_READINGS = 16;

  /** A clock by which the run's time is 0 now. */
  static TraceClock startingNow(InstantSource timeOfDay) {
    long atZero = epochNanosAtZero(timeOfDay);
    return new TraceClock(domainHere(), atZero, System.nanoTime() + atZero);
  }

  /** This process's clock for a run that another process, perhaps, began. */
  TraceClock here(InstantSource timeOfDay) {
    String here = domainHere();
    return here.equals(domain)
        ? this
        : new TraceClock(here, epochNanosAtZero(timeOfDay), runEpochNanos);
  }

  /** Nanoseconds since the run's time 0. */
  long runNanos(long nanoTime) {
    return nanoTime + epochNanosAtZero - runEpochNanos;
  }

  String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("domain", domain);
    json.addProperty("epochNanosAtZero", epochNanosAtZero);
    json.addProperty("runEpochNanos", runEpochNanos);
    return json + "\n";
  }

  static TraceClock read(Path file) {
    try {
      JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
      return new TraceClock(
          json.get("domain").getAsString(),
          json.get("epochNanosAtZero").getAsLong(),
          json.get("runEpochNanos").getAsLong());
    } catch (IOException
        | JsonParseException
        | IllegalStateException
        | NumberFormatException
        | NullPointerException e) {
      throw new GradwireException(
          file + ": expected the clock of the run's trace, got " + e + "; remove the file", e);
    }
  }

  /** The reading between two closest looks at {@code nanoTime}. */
  private static long epochNanosAtZero(InstantSource timeOfDay) {
    long best = 0;
    long leastGap = Long.MAX_VALUE;
    for (int i = 0; i < NUM_READINGS; i++) {
      long before = System.nanoTime();
      Instant now = timeOfDay.instant();
      long gap = System.nanoTime() - before;
      if (gap < leastGap) {
        leastGap = gap;
        best = epochNanos(now) - (before + gap / 2);
      }
    }
    return best;
  }

  private static long epochNanos(Instant instant) {
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
  }

  private static String domainHere() {
    try {
      return Files.readString(BOOT).strip() + " " + Files.readSymbolicLink(TIME_NAMESPACE);
    } catch (IOException notLinux) {
      return "process " + UUID.randomUUID();
    }
  }
}
