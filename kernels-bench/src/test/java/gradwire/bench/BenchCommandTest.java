package gradwire.bench;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.bench.harness.Plan;
import gradwire.bench.report.Row;
import gradwire.bench.report.RowJson;
import gradwire.cuda.testing.DriverInPlace;
import gradwire.kernels.cuda.CudaSupport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void listNamesTheSelectionAndWithAllTheWholeMatrix() {
    assertThat(bench("transport", "--list")).isZero();
    assertThat(said(out).lines())
        .contains("transport/tcp/push/100MB/w1")
        .doesNotContain("transport/tcp/push/100MB/w8")
        .doesNotHaveDuplicates();
    out.reset();
    assertThat(bench("transport", "--list", "--all")).isZero();
    assertThat(said(out).lines())
        .contains("transport/tcp/push/100MB/w8", "transport/tcp/pull/1KB/w2");
  }

  @Test
  void anUnknownNameIsRefusedWithTheNearestKnownOne() {
    assertThat(bench("transprot")).isEqualTo(2);
    assertThat(said(err)).contains("got transprot; did you mean transport?");
    assertThat(said(out)).isEmpty();
  }

  @Test
  void anUnknownOptionIsRefused() {
    assertThat(bench("--lst")).isEqualTo(2);
    assertThat(said(err)).contains("--lst");
  }

  @Test
  void onlyWithoutAMatchIsRefused() {
    assertThat(bench("transport", "--only", "pigeon")).isEqualTo(2);
    assertThat(said(err)).contains("--only: expected").contains("got pigeon");
    assertThat(bench("transport", "--only", "(")).isEqualTo(2);
  }

  @Test
  void aComparisonWithAFileThatIsNoneIsRefusedBeforeAnythingIsMeasured() {
    assertThat(bench("transport", "--compare", "no-such.json")).isEqualTo(2);
    assertThat(said(err)).contains("no-such.json: expected a file that --json wrote");
  }

  @Test
  void theSmallestRowRunsForReal(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("rows.json");
    Path chart = folder.resolve("chart.svg");
    String only = "tcp/push/1KB/w1$";
    assertThat(bench("transport", "--quick", "--only", only, "--json=" + json, "--chart=" + chart))
        .as(() -> said(err))
        .isZero();
    assertThat(RowJson.read(json)).hasSize(1);
    Row row = RowJson.read(json).getFirst();
    assertThat(row.name()).isEqualTo("transport/tcp/push/1KB/w1");
    assertThat(row.bytes()).isEqualTo(1024);
    assertThat(row.mbPerSecond()).isPositive();
    assertThat(row.limitMbPerSecond()).isPositive();
    assertThat(row.cpuSecondsPerGb()).isPositive();
    assertThat(said(out)).contains("transport/tcp/push/1KB/w1");
    assertThat(Files.readString(chart)).contains("transport/tcp/push/1KB/w1");
  }

  @Test
  void aFrameIsWrittenAndReadForRealAndItsGarbageCounted(@TempDir Path folder) {
    Path json = folder.resolve("rows.json");
    assertThat(bench("codec", "--quick", "--only", "parse/16KB", "--json=" + json))
        .as(() -> said(err))
        .isZero();
    Row row = RowJson.read(json).getFirst();
    assertThat(row.bytes()).isEqualTo(16_384);
    assertThat(row.mbPerSecond()).isPositive();
    assertThat(row.extra().allocatedBytesPerOp()).isNotNull().isFinite();
  }

  @Test
  void aKernelIsMeasuredAgainstAProductAndDrawnUnderItsRoof(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("rows.json");
    Path roofline = folder.resolve("roofline.svg");
    String only = "native/gemm/100x784x100";
    assertThat(
            bench("kernels", "--quick", "--only", only, "--json=" + json, "--roofline=" + roofline))
        .as(() -> said(err))
        .isZero();
    Row row = RowJson.read(json).getFirst();
    assertThat(row.name()).isEqualTo("kernels/native/gemm/100x784x100");
    assertThat(row.bytes()).isEqualTo(2 * 100 * 784 * 100);
    assertThat(row.limit()).isEqualTo("sgemm");
    assertThat(row.mbPerSecond()).isPositive();
    assertThat(row.limitMbPerSecond()).isPositive();
    assertThat(row.extra().work()).isNotNull();
    assertThat(Files.readString(roofline)).contains("native/gemm/100x784x100", "memory:");
  }

  @Test
  void kernelsOfABackendThatIsNotHereAreLeftOutWithTheReason() {
    System.setProperty(CudaSupport.LIBRARY_PROPERTY, "no-such-library");
    try {
      assertThat(bench("kernels", "--list", "--all")).isZero();
    } finally {
      System.clearProperty(CudaSupport.LIBRARY_PROPERTY);
    }
    assertThat(said(out).lines())
        .contains("kernels/native/adam/100MB", "kernels/nd4j/softmax-cross-entropy/64x10")
        .doesNotHaveDuplicates()
        .noneMatch(name -> name.contains("cuda"));
    assertThat(said(err)).containsOnlyOnce("kernels/cuda: left out: ").contains("no-such-library");
  }

  @Test
  void aKernelOnADeviceIsMeasuredAgainstTheDriversCopy(@TempDir Path folder) {
    Path json = folder.resolve("rows.json");
    try (DriverInPlace driver = DriverInPlace.put()) {
      assertThat(bench("kernels", "--quick", "--only", "cuda/sgd/318KB", "--json=" + json))
          .as(() -> said(err))
          .isZero();
    }
    Row row = RowJson.read(json).getFirst();
    assertThat(row.transport()).isEqualTo("device");
    assertThat(row.limit()).isEqualTo("device copy");
    assertThat(row.percentOfLimit()).isPositive();
  }

  @Test
  void aRowThatFailsIsNamedAndTheOthersAreMeasured() {
    BenchCase unknown = new BenchCase(Suite.CODEC, "codec/none", "codec", true, 0);
    BenchCase known = new BenchCase(Suite.CODEC, "codec/write/16KB", "codec", true, 0);
    BenchCase huge = new BenchCase(Suite.CODEC, "codec/huge", "codec", true, Long.MAX_VALUE);
    Measurement measurement =
        new Measurement(Plan.QUICK, new Progress(print(err), false, 3), 1L << 30);
    assertThat(measurement.run(List.of(huge, unknown, known)))
        .extracting(Row::name)
        .containsExactly("codec/write/16KB");
    assertThat(measurement.hasFailed()).isTrue();
    assertThat(said(err)).contains("codec/none: failed: ").contains("codec/huge: left out: ");
  }

  private int bench(String... args) {
    return new BenchCommand(print(out), print(err), false).execute(args);
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String said(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
