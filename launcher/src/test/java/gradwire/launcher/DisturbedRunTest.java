package gradwire.launcher;

import static gradwire.launcher.FakeRole.Behaviour.SERVE_WELL;
import static gradwire.launcher.FakeRole.Behaviour.TRAIN;
import static org.assertj.core.api.Assertions.assertThat;

import gradwire.chaos.Disturbance;
import gradwire.chaos.DisturbedRun;
import gradwire.chaos.Launches;
import gradwire.chaos.Victim;
import gradwire.run.RunFolder;
import gradwire.run.RunResult;
import gradwire.run.RunStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, killed on a schedule; they train nothing, but count steps. */
@EnabledOnOs(OS.LINUX)
final class DisturbedRunTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration SOON = Duration.ofMillis(20);

  @TempDir Path root;
  private final List<String> events = new ArrayList<>();
  private RunFolder folder;

  @BeforeEach
  void prepare() throws IOException {
    folder = FakeRun.of(root, SERVE_WELL, TRAIN, TRAIN).folder();
    Files.createDirectories(folder.state());
  }

  @Test
  void theVictimsComeBackAndTheRunEndsWell() {
    List<Disturbance> schedule =
        List.of(
            new Disturbance.Kill(new Victim.Task(FakeRun.OTHER), SOON),
            new Disturbance.Pause(new Victim.Task(FakeRun.CHIEF), SOON, Duration.ofMillis(50)),
            new Disturbance.Kill(new Victim.Launcher(), SOON),
            new Disturbance.Kill(new Victim.Task(FakeRun.SERVER), SOON));
    DisturbedRun.Account account = run(schedule, schedule.size());
    assertThat(account.problem()).isEmpty();
    assertThat(account.numKills()).isEqualTo(3);
    RunResult result = account.result().orElseThrow();
    assertThat(result.status()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(result.tasks())
        .extracting(RunResult.TaskUsage::incarnations)
        .containsExactly(3, 2, 3);
    assertThat(events).hasSize(4);
    assertThat(events.get(0))
        .containsPattern("kill -9 worker-1 .process \\d+.* back after .* s, steps after .* s");
    assertThat(events.get(1)).containsPattern("stop worker-0 for 50 ms .*: steps after .* s");
    assertThat(events.get(2)).containsPattern("kill -9 launcher .* back after .*, steps after");
    assertThat(events.get(3)).containsPattern("kill -9 ps-0 .* back after .*, steps after");
  }

  @Test
  void aLostMachineComesBackWithoutItsState() throws IOException {
    Path state = Files.createFile(folder.state().resolve("ps-0.shard"));
    DisturbedRun.Account account = run(List.of(new Disturbance.MachineLoss(SOON)), 1);
    assertThat(state).doesNotExist();
    assertThat(account.problem()).isEmpty();
    assertThat(account.numKills()).isZero();
    assertThat(account.numMachineLosses()).isEqualTo(1);
    assertThat(account.result().orElseThrow().status()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(events)
        .singleElement()
        .asString()
        .containsPattern("lose the machine .process \\d+.* back after .* s, steps after .* s");
  }

  @Test
  void aRunThatEndsFirstIsHitNoMore() {
    Disturbance kill = new Disturbance.Kill(new Victim.Task(FakeRun.OTHER), SOON);
    Disturbance late = new Disturbance.Kill(new Victim.Task(FakeRun.OTHER), Duration.ofSeconds(50));
    DisturbedRun.Account account = run(List.of(kill, late, late), 1);
    assertThat(account.numKills()).isEqualTo(1);
    assertThat(account.problem()).isEmpty();
    assertThat(account.result().orElseThrow().status()).isEqualTo(RunStatus.SUCCEEDED);
  }

  /** Lets the run end after {@code numEvents} events. */
  private DisturbedRun.Account run(List<Disturbance> schedule, int numEvents) {
    Launches launches =
        new Launches() {
          @Override
          public Process launch() throws IOException {
            return FakeLauncher.start(root);
          }

          @Override
          public Process resume() throws IOException {
            return FakeLauncher.start(root);
          }

          @Override
          public String said() {
            return "nothing";
          }
        };
    return new DisturbedRun(
            launches,
            folder,
            List.of(FakeRun.SERVER, FakeRun.CHIEF, FakeRun.OTHER),
            LIMIT,
            line -> {
              events.add(line);
              if (events.size() == numEvents) {
                finish();
              }
            })
        .run(schedule);
  }

  private void finish() {
    try {
      Files.createFile(root.resolve("finish"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
