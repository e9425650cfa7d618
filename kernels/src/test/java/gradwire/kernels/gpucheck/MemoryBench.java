package gradwire.kernels.gpucheck;

import gradwire.kernels.cuda.DeviceRange;
import gradwire.kernels.cuda.PinnedMemory;
import gradwire.kernels.testing.Gpu;
import gradwire.kernels.testing.Numbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** What the machine's memory gives, by the driver's own copies: the measure of all kernels. */
final class MemoryBench {
  private MemoryBench() {}

  /**
   * Device to device, bytes read plus bytes written.
   *
   * @return GB/s
   */
  static double copy(Gpu gpu, Clock clock, long numBytes) {
    DeviceRange from = gpu.allocate(numBytes);
    DeviceRange to = gpu.allocate(numBytes);
    fill(gpu, from);
    double millis = clock.medianMillis(() -> gpu.stream().copy(from, to));
    from.memory().close();
    to.memory().close();
    return 2 * numBytes / millis / 1e6;
  }

  /** What is only written: a bound for kernels that write more than they read. */
  static Row fill(Gpu gpu, Clock clock, long numBytes, double copyGbPerSecond) {
    DeviceRange range = gpu.allocate(numBytes);
    double gbPerSecond =
        numBytes / clock.medianMillis(() -> gpu.stream().fill(range, (byte) 1)) / 1e6;
    range.memory().close();
    return new Row(
        "fill on the device",
        (numBytes >> 20) + " MiB",
        gbPerSecond,
        "GB/s",
        100 * gbPerSecond / copyGbPerSecond);
  }

  /** Random numbers, a million of them over and over. */
  static void fill(Gpu gpu, DeviceRange range) {
    int piece = (int) Math.min(1 << 22, range.numBytes());
    DeviceRange first = range.slice(0, piece);
    gpu.write(Numbers.gaussians(range.numBytes(), piece / Float.BYTES), first);
    for (long at = piece; at < range.numBytes(); at += piece) {
      long size = Math.min(piece, range.numBytes() - at);
      gpu.stream().copy(first.slice(0, size), range.slice(at, size));
    }
  }

  /** Between the machine and the device. */
  static List<Row> bus(Gpu gpu, Clock clock, long numBytes) {
    List<Row> rows = new ArrayList<>();
    DeviceRange there = gpu.allocate(numBytes);
    try (PinnedMemory pinned = gpu.context().pin(numBytes);
        Arena arena = Arena.ofConfined()) {
      MemorySegment pageable = arena.allocate(numBytes);
      pageable.fill((byte) 1);
      pinned.segment().copyFrom(pageable);
      rows.add(
          row(
              "upload pinned",
              numBytes,
              clock,
              () -> gpu.stream().upload(pinned.segment(), there)));
      rows.add(
          row(
              "download pinned",
              numBytes,
              clock,
              () -> gpu.stream().download(there, pinned.segment())));
      rows.add(row("upload pageable", numBytes, clock, () -> gpu.stream().upload(pageable, there)));
      rows.add(
          row("download pageable", numBytes, clock, () -> gpu.stream().download(there, pageable)));
    }
    there.memory().close();
    return rows;
  }

  private static Row row(String what, long numBytes, Clock clock, Runnable copy) {
    return Row.of(
        what, (numBytes >> 20) + " MiB", numBytes / clock.medianMillis(copy) / 1e6, "GB/s");
  }
}
