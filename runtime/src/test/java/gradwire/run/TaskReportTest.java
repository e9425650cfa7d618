package gradwire.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TaskReportTest {
  @TempDir Path folder;

  @Test
  void aReportReadsBackAsItWasWritten() {
    TaskReport report =
        new TaskReport(
            "worker-1",
            2,
            Outcome.FAILED,
            "data_dir \"x\":\nmissing",
            123_456_789_012L,
            1.25,
            new TreeMap<>(Map.of("samples", 1e9, "metric.loss", Double.NaN)),
            new TreeMap<>(Map.of("backend", "dl4j-cpu (onednn)")));
    report.write(folder.resolve("worker-1.json"));
    assertThat(TaskReport.read(folder.resolve("worker-1.json"))).isEqualTo(report);
  }

  @Test
  void aDamagedReportIsRefusedByName() throws IOException {
    Path file = Files.writeString(folder.resolve("ps-0.json"), "{\"name\": \"ps-0\", \"inca");
    assertThatThrownBy(() -> TaskReport.read(file))
        .isInstanceOf(GradwireException.class)
        .hasMessageStartingWith(file + ": expected a whole JSON file");
  }

  @Test
  void aReportWithoutAFieldIsRefusedByName() throws IOException {
    Path file = Files.writeString(folder.resolve("ps-0.json"), "{\"name\": \"ps-0\"}");
    assertThatThrownBy(() -> TaskReport.read(file)).hasMessageStartingWith(file + ": expected");
  }
}
