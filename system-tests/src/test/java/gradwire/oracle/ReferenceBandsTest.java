package gradwire.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.oracle.MnistReference.Consistency;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class ReferenceBandsTest {
  @Test
  void theReferenceStillGivesTheStoredValueBitForBit() throws IOException {
    ReferenceBand band = ReferenceBands.read().band(Consistency.ASYNC, 2, 200);
    double sum =
        new MnistReference(RawMnist.read(), Consistency.ASYNC, 2, 0).validationSums(200)[0];
    assertThat(sum).isEqualTo(band.values().getFirst());
    assertThat(band.contains(sum)).isTrue();
  }

  @Test
  void anUntrainedOrDivergedNetworkIsOutsideEveryBand() throws IOException {
    double untrained = RawMnist.NUM_VALIDATION * Math.log(10);
    assertThat(ReferenceBands.read().bands())
        .isNotEmpty()
        .noneMatch(band -> band.contains(untrained));
  }

  /**
   * Remakes the bands. With {@code -Dgradwire.goldens=rewrite} it stores them, else it compares.
   */
  @Test
  @Tag("slow")
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void theStoredBandsAreTheReferences() throws IOException {
    ReferenceBands computed = ReferenceBands.compute(RawMnist.read());
    if (System.getProperty("gradwire.goldens", "compare").equals("rewrite")) {
      computed.write();
    }
    assertThat(ReferenceBands.read()).isEqualTo(computed);
  }
}
