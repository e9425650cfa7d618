package gradwire.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.bench.report.Work.Bound;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

final class RooflineTest {
  @Test
  void eachRowIsAPointUnderTheRoofsOfItsOwnMemory() throws Exception {
    Document drawn =
        parsed(
            Roofline.of(
                List.of(
                    Rows.working("kernels/native/a", "memory", new Work(400, 2, Bound.ARITHMETIC)),
                    Rows.working("kernels/nd4j/<b>", "memory", new Work(1, 12, Bound.MEMORY)),
                    Rows.working("kernels/cuda/c", "device", new Work(1, 8, Bound.MEMORY)),
                    Rows.working("kernels/cuda/upload", "device", new Work(0, 8, Bound.MEMORY)),
                    Rows.row("transport/tcp", 10, 20))));
    assertThat(drawn.getElementsByTagName("circle").getLength()).isEqualTo(3);
    assertThat(drawn.getElementsByTagName("polyline").getLength()).isEqualTo(2);
    assertThat(drawn.getDocumentElement().getTextContent())
        .contains("1 native/a, 1.00 GFLOP/s", "2 nd4j/<b>, 0.0833 GFLOP/s", "3 cuda/c")
        .contains("memory: 2.0 GB/s 2 GFLOP/s", "device: 2.0 GB/s")
        .doesNotContain("upload", "transport");
  }

  @Test
  void aRowThatCountsOperationsIsAsFastAsItSays() {
    RooflinePoint point =
        RooflinePoint.of(Rows.working("a", "memory", new Work(400, 2, Bound.ARITHMETIC)))
            .findAny()
            .orElseThrow();
    assertThat(point.gigaflops()).isEqualTo(1);
    assertThat(point.flopsPerByte()).isEqualTo(200);
  }

  @Test
  void aPictureOfNothingIsWellFormed() throws Exception {
    assertThat(parsed(Roofline.of(List.of())).getElementsByTagName("circle").getLength()).isZero();
  }

  private static Document parsed(String xml) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
  }
}
