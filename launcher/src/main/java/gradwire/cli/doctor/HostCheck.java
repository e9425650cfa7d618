package gradwire.cli.doctor;

import com.sun.management.OperatingSystemMXBean;
import gradwire.tensor.Floats;
import gradwire.tensor.SharedMemory;
import gradwire.transport.grpc.Capabilities;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The machine, without its GPU. */
final class HostCheck {
  private static final double GIBIBYTE = 1L << 30;
  private static final double MIN_FREE_GIBIBYTES = 2;
  private static final List<String> FEATURES =
      List.of("avx2", "fma", "avx512f", "amx_tile", "asimd");

  private HostCheck() {}

  static Finding processor() {
    return processor(Path.of("/proc/cpuinfo"), Runtime.getRuntime().availableProcessors());
  }

  static Finding processor(Path cpuinfo, int numCores) {
    List<String> lines = lines(cpuinfo);
    List<String> flags =
        List.of((value(lines, "flags") + " " + value(lines, "Features")).strip().split(" +"));
    String name = value(lines, "model name");
    String features =
        FEATURES.stream().filter(flags::contains).map(f -> ", " + f).collect(Collectors.joining());
    String found = (name.isEmpty() ? "" : name + ", ") + numCores + " cores" + features;
    boolean isX86 = lines.stream().anyMatch(line -> line.startsWith("flags"));
    return isX86 && !flags.contains("avx2")
        ? Finding.warn("processor", found + ", no avx2", "arithmetic will be slow here")
        : Finding.ok("processor", found);
  }

  static Finding memory() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    double totalGibibytes = system.getTotalMemorySize() / GIBIBYTE;
    double freeGibibytes = Math.max(system.getFreeMemorySize(), availableBytes()) / GIBIBYTE;
    String found =
        String.format(
            Locale.ROOT, "%.1f GiB, %.1f GiB of it available", totalGibibytes, freeGibibytes);
    return freeGibibytes < MIN_FREE_GIBIBYTES
        ? Finding.warn("memory", found, "a worker takes about 0.7 GiB: use few workers")
        : Finding.ok("memory", found);
  }

  /** Makes some and maps it a second time, as a server does with a worker's. */
  static Finding sharedMemory() {
    Optional<SharedMemory> made = SharedMemory.create(1024);
    if (made.isEmpty()) {
      return Finding.warn(
          "shared memory", "none here", "tensors go through sockets; it takes Linux 3.17 or newer");
    }
    try (SharedMemory memory = made.get();
        SharedMemory seen = SharedMemory.attach(memory.handle())) {
      return Finding.ok("shared memory", Floats.length(seen.floats()) + " floats mapped twice");
    } catch (IOException e) {
      return Finding.warn(
          "shared memory", String.valueOf(e.getMessage()), "tensors go through sockets");
    }
  }

  /** What tasks on this host and on others will talk by. */
  static Finding transport() {
    return Finding.ok(
        "transport",
        (SharedMemory.isSupported() ? "shared memory, " : "")
            + Capabilities.sockets()
            + "; TLS by "
            + Capabilities.tls());
  }

  static Finding loopbackPorts() {
    try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Finding.ok(
          "ports", "free on loopback, e.g. " + first.getLocalPort() + ", " + second.getLocalPort());
    } catch (IOException e) {
      return Finding.fail(
          "ports", "none free on loopback: " + e.getMessage(), "bring up the loopback interface");
    }
  }

  /** What Linux could give to a new process; caches count as free. */
  private static long availableBytes() {
    String value = value(lines(Path.of("/proc/meminfo")), "MemAvailable").replace(" kB", "");
    return value.matches("\\d+") ? Long.parseLong(value) << 10 : 0;
  }

  private static String value(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key) && line.contains(":"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException notLinux) {
      return List.of();
    }
  }
}
