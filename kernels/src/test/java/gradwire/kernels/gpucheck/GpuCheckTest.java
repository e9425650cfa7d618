package gradwire.kernels.gpucheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import gradwire.kernels.testing.Gpu;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The check itself, on the double, small: its figures mean nothing there. */
final class GpuCheckTest {
  @Test
  void everyRowIsMeasuredAndReported() {
    assumeFalse(Gpu.isReal(), "the check runs by itself on a device");
    List<Row> rows = GpuCheckMain.measured(1 << 16, new int[] {8}, 1);
    assertThat(rows)
        .allSatisfy(row -> assertThat(row.value()).as(row.what()).isPositive().isFinite());
    assertThat(rows.stream().map(Row::what))
        .contains("copy on the device", "adam", "mean of 8", "crc32c", "as a graph");
    assertThat(Report.table(rows).lines()).hasSameSizeAs(rows);
    assertThat(Report.json(rows).lines()).hasSize(rows.size() + 2);
  }
}
