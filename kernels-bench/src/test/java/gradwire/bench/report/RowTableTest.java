package gradwire.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RowTableTest {
  @Test
  void percentIsTheRateOverTheLimit() {
    assertThat(Rows.row("a", 30, 40).percentOfLimit()).isEqualTo(75, within(1e-12));
    assertThat(Rows.row("a", 30, 0).percentOfLimit()).isNaN();
  }

  @Test
  void theTableShowsRateLimitAndPercentAndLeavesBlankWhatIsUnknown() {
    assertThat(RowTable.of(List.of(Rows.row("push", 3000, 4000), Rows.row("pull", 1, Double.NaN))))
        .isEqualTo(
            """
            name  MB/s   limit  of limit  CPU s/GB  p50 us  p99 us  B/op  by
            push  3,000  4,000  75 %      0.50                            raw tcp
            pull  1                       0.50                            raw tcp""");
  }

  @Test
  void aComparisonAddsWhatTheRowHadBeforeAndTheChange() {
    List<Row> before = List.of(Rows.row("push", 2000, 4000), Rows.row("gone", 1, 2));
    assertThat(RowTable.of(List.of(Rows.row("push", 3000, 4000), Rows.row("pull", 1, 2)), before))
        .isEqualTo(
            """
            name  MB/s   limit  of limit  CPU s/GB  p50 us  p99 us  before  change  B/op  by
            push  3,000  4,000  75 %      0.50                      2,000   +50 %         raw tcp
            pull  1      2      50 %      0.50                              new           raw tcp""");
  }
}
