package gradwire.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What JMH divides by the wall time: {@code gigabytes} is 10^9 bytes read and written a second,
 * {@code cpuSeconds} the cores that the process kept busy. Where others use the machine, {@code
 * gigabytes / cpuSeconds} is steadier than {@code gigabytes}. One thread.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class BytesTouched {
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  public double gigabytes;
  public double cpuSeconds;
  private long countedNanos;

  @Setup(Level.Iteration)
  public void start() {
    countedNanos = PROCESS.getProcessCpuTime();
  }

  void count(long numBytes) {
    long nowNanos = PROCESS.getProcessCpuTime();
    cpuSeconds += (nowNanos - countedNanos) / 1e9;
    countedNanos = nowNanos;
    gigabytes += numBytes / 1e9;
  }
}
