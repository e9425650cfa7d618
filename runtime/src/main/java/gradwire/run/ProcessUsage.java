package gradwire.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What this process has taken so far.
 *
 * @param peakRssBytes largest resident memory (Linux's VmHWM); 0 where the platform does not tell
 * @param cpuSeconds user and system time of all threads
 */
public record ProcessUsage(long peakRssBytes, double cpuSeconds) {
  private static final String PEAK_RSS_KEY = "VmHWM:";

  /** Reads both figures; costs well under a millisecond. */
  public static ProcessUsage now() {
    Duration cpu = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    return new ProcessUsage(peakRssBytes(Path.of("/proc/self/status")), cpu.toNanos() / 1e9);
  }

  static long peakRssBytes(Path status) {
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith(PEAK_RSS_KEY))
          .mapToLong(ProcessUsage::kibibytes)
          .findFirst()
          .orElse(0);
    } catch (IOException notLinux) {
      return 0;
    }
  }

  /** {@code VmHWM: 1234 kB}, in bytes. */
  private static long kibibytes(String line) {
    return Long.parseLong(line.substring(PEAK_RSS_KEY.length()).replace("kB", "").strip()) << 10;
  }
}
