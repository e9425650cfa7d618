package gradwire.worker;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.config.Consistency;
import gradwire.membership.Moves;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class MembershipsTest {
  @Test
  void replicasMoveWhereverTheResultStaysRight() {
    assertThat(Memberships.moves(new Consistency.Async(), 3)).isEqualTo(Moves.WHEN_GONE);
    assertThat(Memberships.moves(new Consistency.Ssp(2), 3)).isEqualTo(Moves.WHEN_SLOW);
    assertThat(Memberships.moves(sync(OptionalInt.empty()), 3)).isEqualTo(Moves.WHEN_SLOW);
    assertThat(Memberships.moves(sync(OptionalInt.of(3)), 3)).isEqualTo(Moves.WHEN_SLOW);
    assertThat(Memberships.moves(sync(OptionalInt.of(2)), 3)).isEqualTo(Moves.NEVER);
  }

  private static Consistency sync(OptionalInt counted) {
    return new Consistency.Sync(counted);
  }
}
