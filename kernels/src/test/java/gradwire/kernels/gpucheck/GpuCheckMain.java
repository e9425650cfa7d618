package gradwire.kernels.gpucheck;

import gradwire.kernels.code.Image;
import gradwire.kernels.cuda.CudaDevice;
import gradwire.kernels.cuda.CudaSupport;
import gradwire.kernels.cuda.LaunchBench;
import gradwire.kernels.testing.Gpu;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * {@code GpuCheckMain FOLDER FLOATS BLOCKS[,BLOCKS...]}: runs the tests on the device, measures,
 * and writes {@code table.txt} and {@code rows.json}. System properties: the driver library, {@code
 * gradwire.launch.loop} for a launch without Java. Exit code 1 if a test failed.
 */
public final class GpuCheckMain {
  private static final int NUM_REPEATS = 21;
  private static final int NUM_KERNELS = 20;

  /** From so many floats on, products are large, too. */
  private static final long LARGE = 1 << 22;

  private static final int LARGEST_SIDE = 8192;
  private static final int SMALL_SIDE = 64;

  private GpuCheckMain() {}

  /** Checks, prints, writes. */
  public static void main(String[] arguments) throws IOException {
    Locale.setDefault(Locale.ROOT);
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    Path folder = Path.of(arguments[0]);
    out.println(described());
    TestExecutionSummary tests = TestRun.run(out);
    String verdict =
        "tests on the device: %d passed, %d failed, %d skipped, %d ms"
            .formatted(
                tests.getTestsSucceededCount(),
                tests.getTotalFailureCount(),
                tests.getTestsAbortedCount() + tests.getTestsSkippedCount(),
                tests.getTimeFinished() - tests.getTimeStarted());
    out.println(verdict);
    if (arguments.length > 1) {
      int[] blocks = Arrays.stream(arguments[2].split(",")).mapToInt(Integer::parseInt).toArray();
      report(folder, verdict, measured(Long.parseLong(arguments[1]), blocks, NUM_REPEATS), out);
    }
    System.exit(tests.getTotalFailureCount() == 0 ? 0 : 1);
  }

  private static void report(Path folder, String verdict, List<Row> rows, PrintWriter out)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("table.txt"), described() + "\n" + verdict + "\n" + Report.table(rows));
    Files.writeString(folder.resolve("rows.json"), Report.json(rows));
    out.print(Report.table(rows));
    out.flush();
  }

  private static String described() {
    try (Gpu gpu = Gpu.open()) {
      CudaDevice device = gpu.context().device();
      return "%s, compute capability %s, %d multiprocessors, %,d MiB, L2 %,d KiB, driver for CUDA %s"
          .formatted(
              device.name(),
              device.computeCapability(),
              device.numMultiprocessors(),
              device.memoryBytes() >> 20,
              device.cacheBytes() >> 10,
              gpu.context().driverVersion());
    }
  }

  /** All figures. */
  static List<Row> measured(long numFloats, int[] blocks, int numRepeats) {
    List<Row> rows = new ArrayList<>();
    try (Gpu gpu = Gpu.open()) {
      Clock clock = new Clock(gpu.context(), gpu.stream(), numRepeats);
      long numBytes = 2 * Float.BYTES * numFloats;
      double copy = MemoryBench.copy(gpu, clock, numBytes);
      rows.add(new Row("copy on the device", (numBytes >> 20) + " MiB", copy, "GB/s", 100));
      rows.add(MemoryBench.fill(gpu, clock, numBytes, copy));
      KernelBench kernels = new KernelBench(gpu, clock, copy, numFloats);
      for (int perMultiprocessor : blocks) {
        rows.addAll(kernels.rows(perMultiprocessor));
      }
      rows.addAll(ProductBench.rows(gpu, clock, numFloats >= LARGE ? LARGEST_SIDE : SMALL_SIDE));
      rows.addAll(MemoryBench.bus(gpu, clock, Float.BYTES * numFloats));
      rows.addAll(launches(gpu, numRepeats));
    }
    return rows;
  }

  private static List<Row> launches(Gpu gpu, int numRepeats) {
    List<Row> rows = new ArrayList<>();
    try (LaunchBench bench = new LaunchBench(gpu.context(), Image.PTX.bytes(), 5 * numRepeats)) {
      String loop = System.getProperty("gradwire.launch.loop");
      if (loop != null) {
        double nanos = bench.nanosFromC(loop, System.getProperty(CudaSupport.LIBRARY_PROPERTY, ""));
        rows.add(Row.of("launch, queued", "from C++", nanos / 1e3, "us"));
      }
      rows.add(Row.of("launch, queued", "from Java", bench.nanosFromJava() / 1e3, "us"));
      rows.add(Row.of("launch and wait", "from Java", bench.nanosThereAndBack() / 1e3, "us"));
      String how = NUM_KERNELS + " empty kernels and a wait";
      rows.add(Row.of("one by one", how, bench.nanosSingly(NUM_KERNELS) / 1e3, "us"));
      rows.add(Row.of("as a graph", how, bench.nanosAsGraph(NUM_KERNELS) / 1e3, "us"));
    }
    return rows;
  }
}
