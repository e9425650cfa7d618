package gradwire.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SilencesTest {
  private static final long LEASE_MILLIS = 2_000;

  private final Silences<String> silences = new Silences<>(LEASE_MILLIS);
  private long nowMillis = 5_000_000;

  private List<String> round(String... answered) {
    nowMillis += silences.roundMillis();
    return silences.round(nowMillis, Set.of("a", "b"), Set.of(answered));
  }

  @Test
  void whoWasHeardAndThenIsNotForALeaseIsNamedOnce() {
    assertThat(round("a", "b")).isEmpty();
    for (int i = 0; i < 3; i++) {
      assertThat(round("b")).isEmpty();
    }
    assertThat(round("b")).containsExactly("a");
    for (int i = 0; i < 20; i++) {
      assertThat(round("b")).isEmpty();
    }
  }

  @Test
  void whoWasNeverHeardIsStarting() {
    for (int i = 0; i < 100; i++) {
      assertThat(round("b")).isEmpty();
    }
  }

  @Test
  void oneAnswerEndsTheSilence() {
    for (int i = 0; i < 50; i++) {
      assertThat(i % 4 == 0 ? round("a", "b") : round("b")).isEmpty();
    }
  }

  @Test
  void timeInWhichTheLauncherItselfStoodStillDoesNotCount() {
    round("a", "b");
    nowMillis += 60_000;
    assertThat(round()).isEmpty();
    assertThat(round("a", "b")).isEmpty();
  }

  @Test
  void aProcessThatIsNoMoreIsForgotten() {
    round("a", "b");
    nowMillis += silences.roundMillis();
    silences.round(nowMillis, Set.of("b"), Set.of("b"));
    for (int i = 0; i < 20; i++) {
      assertThat(round("b")).isEmpty();
    }
  }
}
