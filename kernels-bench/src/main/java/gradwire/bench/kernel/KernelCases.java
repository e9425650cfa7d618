package gradwire.bench.kernel;

import gradwire.bench.micro.MicroCase;
import gradwire.bench.micro.MicroCase.Limit;
import gradwire.bench.micro.MicroCase.Method;
import gradwire.bench.report.Work;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The rows of {@code kernels}. */
public final class KernelCases {
  private static final String BENCHMARK = "gradwire.bench.kernel.KernelBenchmark.";
  private static final String COPIES = "gradwire.bench.kernel.DeviceCopyLimit.";

  /** Bytes of Adam and two replicas: what the triad's size is told in. */
  private static final long TRIAD_BYTES_PER_FLOAT = 32;

  /** A JVM, and ND4J in it. */
  private static final long PROCESS_BYTES = 512L << 20;

  private KernelCases() {}

  /** Of all backends that are here. */
  public static List<MicroCase> all() {
    return Arrays.stream(Backend.values())
        .filter(backend -> backend.missing().isEmpty())
        .flatMap(backend -> Problems.of(backend).stream())
        .map(KernelCases::of)
        .toList();
  }

  /** A line for each backend that is not here. */
  public static List<String> missing() {
    return Arrays.stream(Backend.values())
        .flatMap(
            backend ->
                backend.missing().stream()
                    .map(why -> "kernels/" + backend.word() + ": left out: " + why))
        .toList();
  }

  private static MicroCase of(KernelRow row) {
    Work work = row.problem().work();
    return new MicroCase(
        row.name(),
        row.backend() == Backend.CUDA ? "device" : MicroCase.MEMORY,
        row.problem().kernel(),
        1,
        method(row),
        row.backend() == Backend.CUDA ? onDevice(row.problem()) : onProcessor(work),
        PROCESS_BYTES + 4 * work.bytes(),
        isRepresentative(row.name()),
        work);
  }

  private static Method method(KernelRow row) {
    return new Method(
        BENCHMARK + (row.backend() == Backend.CUDA ? "queued" : "once"),
        Map.of("row", row.name()),
        row.problem().work().counted());
  }

  private static Limit onProcessor(Work work) {
    return switch (work.bound()) {
      case ARITHMETIC -> Limit.sgemm();
      case MEMORY -> Limit.triad(work.bytes() / TRIAD_BYTES_PER_FLOAT, 1);
    };
  }

  private static Limit onDevice(Problem problem) {
    Work work = problem.work();
    if (problem instanceof Transfer transfer) {
      return new Limit(copies(transfer.direction().word(), work.bytes()), "pinned copy");
    }
    return switch (work.bound()) {
      case ARITHMETIC -> new Limit(method(KernelRow.LARGEST_PRODUCT), "own gemm 4096");
      case MEMORY -> new Limit(copies("copy", work.bytes()), "device copy");
    };
  }

  private static Method copies(String what, long numBytes) {
    return new Method(COPIES + what, Map.of("numBytes", String.valueOf(numBytes)), numBytes);
  }

  /** One of each kind and shape of network; vectors that stream from memory. */
  private static boolean isRepresentative(String name) {
    return Stream.of("318KB", "1MiB", "8192x16x32", "32x16x16x32-3x3x32").noneMatch(name::endsWith);
  }
}
