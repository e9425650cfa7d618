package gradwire.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RecoveryTest {
  private static Recovery of(TaskId task, double seconds) {
    return new Recovery(new Victim.Task(task), seconds);
  }

  @Test
  void aLineAKindSaysHowManyAndHowLong() {
    List<Recovery> recoveries =
        List.of(
            of(TaskId.worker(1), 3),
            of(TaskId.ps(1), 0.5),
            new Recovery(new Victim.Launcher(), 2),
            of(TaskId.worker(0), 1),
            of(TaskId.ps(0), 0.75),
            of(TaskId.worker(0), 1.5));
    assertThat(Recovery.summary(recoveries))
        .containsExactly(
            "launcher  1 killed; steps again after 2.00 s (median), 2.00 to 2.00 s",
            "servers   2 killed; steps again after 0.63 s (median), 0.50 to 0.75 s",
            "workers   3 killed; steps again after 1.50 s (median), 1.00 to 3.00 s");
  }

  @Test
  void noKillsIsNoLine() {
    assertThat(Recovery.summary(List.of())).isEmpty();
  }
}
