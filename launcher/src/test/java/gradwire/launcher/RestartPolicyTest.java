package gradwire.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RestartPolicyTest {
  private static final TaskId TASK = TaskId.worker(0);
  private static final Duration SHORT = Duration.ofMillis(1999);
  private static final Duration LONG = Duration.ofSeconds(2);

  private final RestartPolicy policy = new RestartPolicy();

  @Test
  void aTaskThatLivesAWhileIsStartedAgainForEver() {
    for (int death = 0; death < 1000; death++) {
      assertThat(policy.allowsAfter(TASK, LONG)).isTrue();
    }
  }

  @Test
  void theFifthEarlyDeathInARowIsTheLast() {
    for (int death = 1; death <= 4; death++) {
      assertThat(policy.allowsAfter(TASK, SHORT)).as("death %d", death).isTrue();
    }
    assertThat(policy.allowsAfter(TASK, SHORT)).isFalse();
  }

  @Test
  void aLongerLifeInBetweenStartsTheCountAnew() {
    for (int death = 1; death <= 4; death++) {
      policy.allowsAfter(TASK, SHORT);
    }
    assertThat(policy.allowsAfter(TASK, LONG)).isTrue();
    assertThat(policy.allowsAfter(TASK, SHORT)).isTrue();
  }

  @Test
  void tasksAreCountedApart() {
    for (int death = 1; death <= 4; death++) {
      policy.allowsAfter(TASK, SHORT);
    }
    assertThat(policy.allowsAfter(TaskId.worker(1), SHORT)).isTrue();
    assertThat(policy.allowsAfter(TaskId.ps(0), SHORT)).isTrue();
  }
}
