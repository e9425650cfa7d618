package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.config.Consistency;
import gradwire.transport.Outcome;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Asynchronous training, and with bounded staleness. */
final class FreeRunningTest {
  @Test
  void asyncAppliesAndAnswersAtOnceAndCountsStaleness() {
    try (var fixture = ShardFixture.of(ShardFixture.ASYNC, 2, 1, 100)) {
      for (int step = 0; step < 3; step++) {
        assertThat(fixture.push(0, step, 1).step()).isEqualTo(step + 1);
      }
      Reply stale = fixture.push(1, 0, 1);

      assertThat(stale.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(stale.values()).containsExactly(-4);
      assertThat(fixture.statistics().stalenessMax()).isEqualTo(3);
      assertThat(fixture.statistics().stalenessP99()).isEqualTo(3);
      assertThat(fixture.statistics().stalenessMean()).isEqualTo(0.75);
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void aStepThatIsNotThereYetIsRefusedAndNothingChanges() {
    try (var fixture = ShardFixture.of(ShardFixture.ASYNC, 2, 1, 100)) {
      assertThatThrownBy(() -> fixture.push(1, 1, 1))
          .hasMessage(
              "worker-1 push 1 at step 1: expected weights of step 0 to 0, the last one here");
      assertThatThrownBy(() -> fixture.push(1, -1, 1)).hasMessageContaining("at step -1: expected");
      assertThat(fixture.pull(0).values()).containsExactly(0);
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void asyncGoesOnWithoutALostWorkerAndNamesItAtTheEnd() {
    try (var fixture = ShardFixture.of(ShardFixture.ASYNC, 2, 1, 100)) {
      fixture.push(1, 0, 1);
      fixture.shard().disconnected(1, 0, ShardFixture.LINE, "kill -9");

      assertThat(fixture.push(0, 0, 1).outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(fixture.shard().awaitOthers(0, 0)).isCompleted();
      assertThat(fixture.shard().leave(0, 0).applied()).isEqualTo(1);
      assertThatThrownBy(fixture.shard().done()::join).hasMessageContaining("worker-1");
    }
  }

  @Test
  void theFastestNeverRunsMoreThanTheBoundAhead() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int maxLagSteps = 0; maxLagSteps < 5; maxLagSteps++) {
      int numWorkers = 4;
      long[] clocks = new long[numWorkers];
      Reply[] last = new Reply[numWorkers];
      try (var fixture =
          ShardFixture.of(new Consistency.Ssp(maxLagSteps), numWorkers, 1, 1_000_000)) {
        for (int i = 0; i < 2000; i++) {
          int worker = random.nextInt(numWorkers);
          if (last[worker] == null || !last[worker].isOpen()) {
            long slowest = java.util.Arrays.stream(clocks).min().orElseThrow();
            assertThat(clocks[worker] - slowest)
                .as("seed %d: computes its next gradient", seed)
                .isLessThanOrEqualTo(maxLagSteps);
            last[worker] = fixture.push(worker, fixture.statistics().step(), 1);
            clocks[worker]++;
          }
        }
        assertThat(fixture.statistics().updatesApplied()).isGreaterThan(500);
      }
    }
  }

  @Test
  void whoLeavesFreesTheOthers() {
    try (var fixture = ShardFixture.of(new Consistency.Ssp(1), 3, 1, 100)) {
      fixture.push(0, 0, 1);
      Reply waiting = fixture.push(0, 1, 1);
      fixture.push(1, 2, 1);
      assertThat(waiting.isOpen()).isTrue();

      fixture.shard().leave(2, 0);

      assertThat(waiting.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void theLastStepFreesWhoeverWaits() {
    try (var fixture = ShardFixture.of(new Consistency.Ssp(0), 2, 1, 100)) {
      Reply waiting = fixture.push(0, 0, 1);
      assertThat(waiting.isOpen()).isTrue();

      fixture.shard().declareLastStep(1, 0, 1);

      assertThat(waiting.isOpen()).isFalse();
    }
  }

  @Test
  void aLostWorkerFailsThoseWhoWouldWaitForIt() {
    try (var fixture = ShardFixture.of(new Consistency.Ssp(0), 2, 1, 100)) {
      Reply waiting = fixture.push(0, 0, 1);

      fixture.shard().disconnected(1, 0, ShardFixture.LINE, "kill -9");

      assertThat(waiting.failure()).startsWith("worker-1: lost at step 1");
      assertThat(fixture.buffersOut()).isZero();
    }
  }
}
