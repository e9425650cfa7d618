package gradwire.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class VerdictTest {
  private static RunResult result(RunStatus status, String hash, @Nullable Long lost, long twice) {
    return new RunResult(
        status,
        null,
        100L,
        2.0,
        1.0,
        100.0,
        1000.0,
        new TreeMap<>(),
        null,
        hash,
        "test",
        "tcp",
        List.of(new RunResult.TaskUsage("ps-0", 3, null, null)),
        1L,
        1L,
        100L,
        lost,
        twice,
        null,
        null);
  }

  private static final RunResult GOOD = result(RunStatus.SUCCEEDED, "ab12", 0L, 0);

  private static Verdict of(int wanted, int done, RunResult result, Optional<RunResult> other) {
    return Verdict.of(
        wanted,
        0,
        new DisturbedRun.Account(done, 0, List.of(), 1, Optional.of(result), Optional.empty()),
        other);
  }

  @Test
  void aRunThatKeptEveryPromiseHolds() {
    Verdict verdict = of(3, 3, GOOD, Optional.of(GOOD));
    assertThat(verdict.holds()).isTrue();
    assertThat(verdict.lines())
        .containsExactly(
            "ok    kills      3",
            "ok    end        succeeded at step 100; starts: ps-0 3",
            "ok    updates    100 applied, 0 lost, 0 applied twice",
            "ok    parameters the same bits as undisturbed, sha256 ab12");
  }

  @Test
  void lossesOfTheMachineAreCountedApart() {
    Verdict verdict =
        Verdict.of(
            3,
            2,
            new DisturbedRun.Account(3, 1, List.of(), 1, Optional.of(GOOD), Optional.empty()),
            Optional.empty());
    assertThat(verdict.holds()).isFalse();
    assertThat(verdict.lines().get(1)).startsWith("FAIL  machines   the run ended after 1 of 2;");
  }

  @Test
  void otherBitsDoNotHold() {
    RunResult other = result(RunStatus.SUCCEEDED, "cd34", 0L, 0);
    Verdict verdict = of(3, 3, GOOD, Optional.of(other));
    assertThat(verdict.holds()).isFalse();
    assertThat(verdict.lines().getLast())
        .isEqualTo("FAIL  parameters sha256 ab12, undisturbed cd34");
  }

  @Test
  void aLostADoubleAndAnUncountedUpdateDoNotHold() {
    assertThat(of(0, 0, result(RunStatus.SUCCEEDED, "", 1L, 0), Optional.empty()).holds())
        .isFalse();
    assertThat(of(0, 0, result(RunStatus.SUCCEEDED, "", 0L, 2), Optional.empty()).holds())
        .isFalse();
    assertThat(of(0, 0, result(RunStatus.SUCCEEDED, "", null, 0), Optional.empty()).lines())
        .contains("FAIL  updates    100 applied, an unknown number lost, 0 applied twice");
  }

  @Test
  void aRunThatEndsTooSoonSaysHowFarItGotAndWhatToChange() {
    Verdict verdict = of(5, 2, GOOD, Optional.of(GOOD));
    assertThat(verdict.holds()).isFalse();
    assertThat(verdict.lines().getFirst())
        .startsWith("FAIL  kills      the run ended after 2 of 5; give it more steps (--set ");
  }

  @Test
  void aRunWithoutAResultSaysWhy() {
    Verdict verdict =
        Verdict.of(
            1,
            0,
            new DisturbedRun.Account(
                1, 0, List.of(), 1, Optional.empty(), Optional.of("ps-0: gone")),
            Optional.empty());
    assertThat(verdict.holds()).isFalse();
    assertThat(verdict.lines()).contains("FAIL  end        ps-0: gone");
  }

  @Test
  void aFailedRunDoesNotHoldThoughItCountsWell() {
    assertThat(of(1, 1, result(RunStatus.FAILED, "ab12", 0L, 0), Optional.empty()).holds())
        .isFalse();
  }
}
