package gradwire.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

final class RowChartTest {
  @Test
  void theChartIsWellFormedWithABarForEveryRow() throws Exception {
    List<Row> rows =
        List.of(
            Rows.row("a & <b>", 10, 20),
            Rows.row("over", 500, 20),
            Rows.row("none", 1, Double.NaN));
    Document chart = parsed(RowChart.of(rows));
    assertThat(chart.getDocumentElement().getTagName()).isEqualTo("svg");
    assertThat(chart.getElementsByTagName("rect").getLength()).isEqualTo(1 + rows.size());
    assertThat(chart.getDocumentElement().getTextContent())
        .contains("a & <b>", "50 %, 10 of 20 MB/s (raw tcp)", "2500 %");
  }

  @Test
  void aChartOfNothingIsWellFormed() throws Exception {
    assertThat(parsed(RowChart.of(List.of())).getElementsByTagName("rect").getLength()).isOne();
  }

  private static Document parsed(String xml) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
  }
}
