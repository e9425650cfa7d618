package gradwire.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import gradwire.bench.report.Work.Bound;
import gradwire.error.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RowJsonTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void rowsComeBackAsTheyWereWritten() {
    Path file = folder.resolve("rows.json");
    List<Row> rows = List.of(Rows.full(), Rows.row("transport/tcp/push/1KB/w2", 10, 20));
    RowJson.write(file, rows);
    assertThat(RowJson.read(file)).isEqualTo(rows);
    assertThat(RowJson.parse(RowJson.line(Rows.full()))).isEqualTo(Rows.full());
  }

  @Test
  void theFileIsAListOfFlatObjectsWithTheAgreedKeys() throws IOException {
    Path file = folder.resolve("rows.json");
    RowJson.write(file, List.of(Rows.full()));
    JsonObject row =
        JsonParser.parseString(Files.readString(file)).getAsJsonArray().get(0).getAsJsonObject();
    assertThat(row.keySet())
        .startsWith(
            "name",
            "transport",
            "direction",
            "bytes",
            "workers",
            "mbPerSecond",
            "limitMbPerSecond",
            "percentOfLimit",
            "cpuSecondsPerGb")
        .contains("limit", "tls", "p50Micros", "p99Micros", "allocatedBytesPerOp");
    assertThat(row.get("percentOfLimit").getAsDouble()).isEqualTo(25.0125);
    assertThat(row.get("tls").getAsBoolean()).isTrue();
  }

  @Test
  void aRowThatKnowsItsWorkComesBackWithItsIntensityInTheFile() {
    Row row = Rows.working("kernels/native/add/1MiB", "memory", new Work(1, 12, Bound.MEMORY));
    assertThat(RowJson.line(row))
        .contains("\"flops\":1,\"touchedBytes\":12,\"flopsPerByte\":0.0833")
        .contains("\"bound\":\"memory\"");
    assertThat(RowJson.parse(RowJson.line(row))).isEqualTo(row);
  }

  @Test
  void aRowWithoutALimitHasNullForItAndForThePercentage() {
    Row row = Rows.row("optimizer/adam", 10, Double.NaN);
    assertThat(RowJson.line(row))
        .contains("\"limitMbPerSecond\":null")
        .contains("\"percentOfLimit\":null");
    assertThat(RowJson.parse(RowJson.line(row)).percentOfLimit()).isNaN();
  }

  @Test
  void anythingElseIsRefusedByName() throws IOException {
    Path file = folder.resolve("other.json");
    for (String text : List.of("", "{}", "[{\"name\": \"x\"}]", "[1]", "not json")) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> RowJson.read(file))
          .as(text)
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("other.json: expected a file that --json wrote");
    }
    assertThatThrownBy(() -> RowJson.read(folder.resolve("none.json")))
        .isInstanceOf(UsageException.class);
  }
}
