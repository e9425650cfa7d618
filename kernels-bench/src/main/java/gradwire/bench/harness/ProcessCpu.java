package gradwire.bench.harness;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * User and system time that a process has taken, all its threads. By the C library's process clock,
 * in nanoseconds, where there is one; else as the JDK tells it, in ticks of 10 ms. Thread-safe.
 */
public final class ProcessCpu {
  private static final @Nullable MethodHandle CLOCK_OF_PROCESS =
      function("clock_getcpuclockid", ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
  private static final @Nullable MethodHandle READ_CLOCK =
      function("clock_gettime", ValueLayout.JAVA_INT, ValueLayout.ADDRESS);

  private ProcessCpu() {}

  /** CPU nanoseconds of process {@code pid} so far; 0 if it is gone. */
  public static long nanos(long pid) {
    long nanos = byClock(pid);
    return nanos > 0 ? nanos : byHandle(pid);
  }

  private static long byClock(long pid) {
    if (CLOCK_OF_PROCESS == null || READ_CLOCK == null) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment clock = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
      if ((int) CLOCK_OF_PROCESS.invokeExact((int) pid, clock) != 0
          || (int) READ_CLOCK.invokeExact(clock.get(ValueLayout.JAVA_INT, 0), time) != 0) {
        return 0;
      }
      return time.getAtIndex(ValueLayout.JAVA_LONG, 0) * 1_000_000_000L
          + time.getAtIndex(ValueLayout.JAVA_LONG, 1);
    } catch (Throwable e) {
      throw new IllegalStateException("reading the CPU clock of process " + pid, e);
    }
  }

  private static long byHandle(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .map(Duration::toNanos)
        .orElse(0L);
  }

  private static @Nullable MethodHandle function(String name, ValueLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find(name)
        .map(
            address ->
                linker.downcallHandle(
                    address, FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments)))
        .orElse(null);
  }
}
