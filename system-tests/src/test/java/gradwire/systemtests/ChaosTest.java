package gradwire.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code gradwire chaos}, as a user types it. */
@EnabledOnOs(OS.LINUX)
final class ChaosTest {
  @TempDir Path folder;

  private Command chaos(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "chaos",
                Repository.REFERENCE_JOB.toString(),
                "--kills=1",
                "--machine-losses=1",
                "--pause-between=300",
                "--set=estimator.script_params.train_steps=2000",
                "--set=training.consistency=sync"));
    words.addAll(List.of(more));
    return Command.gradwire(folder.resolve("chaos"), words);
  }

  @Test
  void aRunThatLosesItsMachineEndsWithTheBitsOfAnUndisturbedOne() {
    try (Command chaos = chaos("--set=training.checkpoint.every_steps=100")) {
      assertThat(chaos.awaitExit()).as(chaos::said).isZero();
      assertThat(chaos.out())
          .contains("1 kills among", "; 1 machine losses", ": lose the machine")
          .contains("ok    kills      1", "ok    machines   1")
          .contains(", 0 lost, 0 applied twice", "ok    parameters the same bits as undisturbed");
    }
  }

  @Test
  void aJobThatIsNotSavedHasNothingToComeBackFrom() {
    try (Command chaos = chaos()) {
      assertThat(chaos.awaitExit()).isEqualTo(2);
      assertThat(chaos.err())
          .contains(
              "--machine-losses: expected a job that is saved on its way"
                  + " (training.checkpoint.every_steps), got one that is not; add --set"
                  + " training.checkpoint.every_steps=50");
    }
  }
}
