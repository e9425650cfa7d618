package gradwire.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import gradwire.cluster.TaskId;
import org.junit.jupiter.api.Test;

final class FailuresTest {
  private final Failures failures = new Failures();

  @Test
  void aWorkersOwnFailureIsTheCauseThoughAServerMissedItFirst() {
    failures.add(TaskId.ps(0), "worker-1: lost at step 3");
    failures.add(TaskId.worker(0), "worker-1: lost at step 3");
    failures.add(TaskId.worker(1), "data: expected 10 classes, got 11");
    assertThat(failures.cause()).hasValue("data: expected 10 classes, got 11");
  }

  @Test
  void aServersFailureIsTheCauseIfWorkersOnlyRepeatIt() {
    failures.add(TaskId.ps(0), "checkpoint: disk full");
    failures.add(TaskId.worker(0), "checkpoint: disk full");
    assertThat(failures.cause()).hasValue("checkpoint: disk full");
  }

  @Test
  void withoutFailuresThereIsNoCause() {
    assertThat(failures.cause()).isEmpty();
  }
}
