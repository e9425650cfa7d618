package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LaneChoiceTest {
  private static final long NUM_FLOATS = LaneChoice.PAY_AFTER_FLOATS / 100;
  private static final long ARRAY_NANOS = 100_000;

  private final LaneChoice choice = new LaneChoice(true);

  /** Updates over arrays until lanes are tried. */
  private int numOnArrays() {
    int count = 0;
    for (; !choice.isOnLanes(); count++) {
      choice.took(NUM_FLOATS, ARRAY_NANOS);
    }
    return count;
  }

  private long lostUntilArrays(long nanos) {
    long lost = 0;
    for (; choice.isOnLanes(); lost += nanos - ARRAY_NANOS) {
      choice.took(NUM_FLOATS, nanos);
    }
    return lost;
  }

  @Test
  void lanesAreTriedWhenTheyArePaidForAndKeptWhileTheyAreFaster() {
    assertThat(numOnArrays()).isEqualTo(100);
    for (int update = 0; update < 100_000; update++) {
      choice.took(NUM_FLOATS, ARRAY_NANOS / 3);
    }
    assertThat(choice.isOnLanes()).isTrue();
  }

  @Test
  void slowLanesLoseASecondAndThenWaitTwiceAsLong() {
    assertThat(numOnArrays()).isEqualTo(100);
    assertThat(lostUntilArrays(9_000_000))
        .isBetween(LaneChoice.MAY_LOSE_NANOS, LaneChoice.MAY_LOSE_NANOS + 9_000_000);
    assertThat(numOnArrays()).isEqualTo(200);
    assertThat(lostUntilArrays(9_000_000)).isLessThan(LaneChoice.MAY_LOSE_NANOS + 9_000_000);
    assertThat(numOnArrays()).isEqualTo(400);
  }

  @Test
  void lanesThatAreSlowAtFirstAndFastLaterStay() {
    numOnArrays();
    for (int update = 0; update < 50; update++) {
      choice.took(NUM_FLOATS, 9_000_000);
    }
    for (int update = 0; update < 100_000; update++) {
      choice.took(NUM_FLOATS, ARRAY_NANOS / 3);
    }
    assertThat(choice.isOnLanes()).isTrue();
  }

  @Test
  void whatWasGainedDoesNotPayForLanesThatTurnSlow() {
    numOnArrays();
    for (int update = 0; update < 100_000; update++) {
      choice.took(NUM_FLOATS, ARRAY_NANOS / 3);
    }
    assertThat(lostUntilArrays(9_000_000)).isLessThan(LaneChoice.MAY_LOSE_NANOS + 9_000_000);
  }

  @Test
  void withoutLanesThereIsNoChoice() {
    LaneChoice none = new LaneChoice(false);
    for (int update = 0; update < 1_000; update++) {
      none.took(NUM_FLOATS, ARRAY_NANOS);
    }
    assertThat(none.isOnLanes()).isFalse();
  }
}
