package gradwire.server.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CutTest {
  private static final Cut CUT = new Cut(List.of(9L, 3L, 5L));

  @Test
  void replicasAreNoFurtherApartThanTheirBound() {
    assertThat(CUT.within(0, replica -> false)).isEqualTo(new Cut(List.of(9L, 9L, 9L)));
    assertThat(CUT.within(4, replica -> false)).isEqualTo(new Cut(List.of(9L, 5L, 5L)));
    assertThat(CUT.within(Long.MAX_VALUE, replica -> false)).isEqualTo(CUT);
  }

  @Test
  void whoHasLeftPushesNoMore() {
    assertThat(CUT.within(2, replica -> replica == 1)).isEqualTo(new Cut(List.of(9L, 3L, 7L)));
  }

  @Test
  void whatIsWrittenIsReadAndNothingElseIs() {
    assertThat(Cut.parse(CUT.text())).isEqualTo(CUT);
    assertThatThrownBy(() -> Cut.parse("cut 1 x"))
        .isInstanceOf(GradwireException.class)
        .hasMessage("expected 'cut' and numbers, got 'cut 1 x'");
  }
}
