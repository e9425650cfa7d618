package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.config.CheckpointPlan;
import gradwire.config.Consistency;
import gradwire.error.GradwireException;
import gradwire.server.checkpoint.Checkpoints;
import gradwire.server.store.ShardStores;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.ShardSettings;
import gradwire.transport.TensorBuffer;
import gradwire.update.OptimizerSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ParameterShardTest {
  @Test
  void aRepeatedPushIsAnsweredAndNotAppliedAgain() {
    try (var fixture = ShardFixture.of(ShardFixture.ASYNC, 1, 1, 10)) {
      fixture.push(0, 0, 1);

      Reply again = fixture.push(fixture.last(0, 0), new float[] {1});

      assertThat(again.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(again.values()).containsExactly(-1);
      assertThat(fixture.statistics().updatesApplied()).isEqualTo(1);
      assertThat(fixture.statistics().duplicatesRefused()).isEqualTo(1);
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void aGapInTheSequenceIsRefused() {
    try (var fixture = ShardFixture.of(ShardFixture.ASYNC, 1, 1, 10)) {
      assertThatThrownBy(() -> fixture.push(new Push(0, 0, 3, 0), new float[1]))
          .hasMessage(
              "worker-0 push 3 at step 0: expected push 1 of this worker next; a push was lost on"
                  + " the way, resend from there");
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void aWrongLengthIsRefusedByName() {
    try (var fixture = ShardFixture.of(ShardFixture.ASYNC, 2, 3, 10)) {
      assertThatThrownBy(() -> fixture.push(1, 0, new float[2]))
          .hasMessage(
              "worker-1 push 1 at step 0: expected 3 floats, got 2; all tasks must run the same"
                  + " model on the same number of servers");
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void nothingIsTakenFromAWorkerThatHasLeftOrIsNoWorker() {
    try (var fixture = ShardFixture.of(ShardFixture.ASYNC, 2, 1, 10)) {
      fixture.shard().leave(1, 0);
      assertThat(fixture.shard().leave(1, 0).applied()).as("idempotent").isZero();

      assertThatThrownBy(() -> fixture.push(1, 0, 1))
          .hasMessage("worker-1: expected nothing more of it, it has left the run");
      assertThatThrownBy(() -> fixture.push(new Push(2, 0, 1, 0), new float[1]))
          .hasMessageContaining("worker-2: expected a worker index below 2; is this server of");
      assertThatThrownBy(() -> fixture.push(new Push(-1, 0, 1, 0), new float[1]))
          .hasMessageContaining("worker--1: expected a worker index");
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void aDisconnectOfNobodyIsIgnored() {
    try (var fixture = ShardFixture.of(ShardFixture.SYNC, 1, 1, 10);
        ParameterShard unopened = shard(Optional.empty())) {
      fixture.shard().disconnected(99, 0, ShardFixture.LINE, "?");
      fixture.shard().disconnected(-5, 0, ShardFixture.LINE, "?");
      fixture.shard().disconnected(0, 3, ShardFixture.LINE, "of another incarnation");
      unopened.disconnected(0, 0, ShardFixture.LINE, "?");

      assertThat(fixture.push(0, 0, 1).outcome()).isEqualTo(Outcome.APPLIED);
    }
  }

  @Test
  void nothingIsPushedOrPulledBeforeThereAreSettingsAndValues() {
    try (ParameterShard shard = shard(Optional.empty())) {
      Reply reply = new Reply(ShardFixture.LINE);
      TensorBuffer gradient = TensorBuffer.borrowed(Arena.ofAuto().allocate(4));
      assertThatThrownBy(() -> shard.push(new Push(0, 0, 1, 0), gradient, reply))
          .hasMessageContaining("has not brought this server its settings");
      shard.open(ShardFixture.chief(1, settings(ShardFixture.SYNC))).join();
      assertThatThrownBy(() -> shard.push(new Push(0, 0, 1, 0), gradient, reply))
          .hasMessage("worker-0: expected worker-0 to bring initial values first");
      assertThatThrownBy(() -> shard.pull(0, 0, OptionalLong.empty(), reply))
          .hasMessageContaining("initial values");
    }
  }

  @Test
  void theOthersWaitForTheChiefsValuesOfWhichTheFirstCount() {
    try (ParameterShard shard = shard(Optional.empty())) {
      var waiting = shard.open(ShardFixture.other(1, 2));
      var chief = shard.open(ShardFixture.chief(2, settings(ShardFixture.ASYNC))).join();
      assertThat(chief.initialized()).isFalse();
      assertThat(waiting).isNotDone();
      assertThatThrownBy(() -> shard.initialize(1, 0, values(5)))
          .hasMessageContaining("worker-1 incarnation 0: expected incarnation -1; it must open");

      shard.initialize(0, 0, values(5));
      shard.initialize(0, 0, values(6));

      assertThat(waiting.join().initialized()).isTrue();
      Reply reply = new Reply(ShardFixture.LINE);
      shard.pull(1, 0, OptionalLong.empty(), reply);
      assertThat(reply.values()).containsExactly(5);
    }
  }

  @Test
  void whoDisagreesWithTheChiefIsRefusedAlsoAfterWaiting() {
    try (ParameterShard shard = shard(Optional.empty())) {
      var waiting =
          shard.open(
              new OpenRequest(
                  1, 3, 0, ShardFixture.FINGERPRINT, Optional.empty(), Optional.empty()));
      shard.open(ShardFixture.chief(2, settings(ShardFixture.ASYNC))).join();
      shard.initialize(0, 0, values(5));

      assertThatThrownBy(waiting::join)
          .hasMessageContaining(
              "worker-1: expected 2 workers as the chief said, got 3; give all tasks the same"
                  + " worker_hosts");
      assertThatThrownBy(
              () ->
                  shard
                      .open(new OpenRequest(1, 2, 0, 8, Optional.empty(), Optional.empty()))
                      .join())
          .hasMessageContaining("worker-1: expected the chief's tensors (names, shapes, order)");
    }
  }

  @Test
  void settingsComeFromTheChiefAndFromNoOther() {
    try (ParameterShard shard = shard(Optional.empty())) {
      var settings = Optional.of(settings(ShardFixture.ASYNC));
      assertThatThrownBy(() -> shard.open(new OpenRequest(1, 2, 0, 7, settings, Optional.empty())))
          .hasMessage(
              "worker-1: expected settings from worker-0 and from no other; is --task_index right?");
      assertThatThrownBy(
              () -> shard.open(new OpenRequest(0, 2, 0, 7, Optional.empty(), Optional.empty())))
          .hasMessageContaining("expected settings from worker-0");
      assertThat(shard.statistics()).isEmpty();
    }
  }

  @Test
  void settingsThatCannotBeAreRefusedAndTheNextChiefIsHeard() {
    try (ParameterShard shard = shard(Optional.empty())) {
      Consistency three = new Consistency.Sync(OptionalInt.of(3));
      assertThatThrownBy(() -> shard.open(ShardFixture.chief(2, settings(three))))
          .hasMessage(
              "training.consistency.sync.replicas_to_aggregate: expected at most the 2 workers that"
                  + " there are, got 3; leave it out to wait for all");
      ShardSettings sound = settings(ShardFixture.ASYNC);
      ShardSettings unknown =
          new ShardSettings(
              sound.shard(),
              1,
              OptimizerSpec.of("adan", Map.of()),
              sound.consistency(),
              1,
              CheckpointPlan.DEFAULT);
      assertThatThrownBy(() -> shard.open(ShardFixture.chief(2, unknown)))
          .hasMessageContaining("adan");
      assertThatThrownBy(() -> shard.open(ShardFixture.chief(2, huge(sound))))
          .isInstanceOf(GradwireException.class)
          .hasMessageContaining("shard of 1099511627776 floats: expected room for weights")
          .hasMessageEndingWith("; use more servers or give each more memory");

      assertThat(shard.open(ShardFixture.chief(2, sound)).join().initialized()).isFalse();
    }
  }

  private static ShardSettings huge(ShardSettings sound) {
    return new ShardSettings(
        new gradwire.cluster.ShardMap.Shard(0, 0, 1L << 40, List.of()),
        1,
        sound.optimizer(),
        sound.consistency(),
        1,
        CheckpointPlan.DEFAULT);
  }

  @Test
  void whatComesLateOverAnOlderLineIsRefusedAndTheNewerLineGoesOn() {
    try (var fixture = ShardFixture.of(ShardFixture.SYNC, 2, 1, 10)) {
      Push push = new Push(1, 0, 1, 0);
      fixture.push(push, 0, 3);
      fixture.open(1, 2);
      Reply asked = fixture.push(push, 2, 3);

      assertThatThrownBy(() -> fixture.push(push, 0, 3))
          .hasMessageContaining("worker-1: expected it on its line 2, got a message over line 0");
      assertThatThrownBy(() -> fixture.open(1, 1))
          .hasMessageContaining("worker-1: expected it on its line 2, got a message over line 1");
      fixture.shard().disconnected(1, 0, 0, "noticed late");
      fixture.push(0, 0, 1);

      assertThat(asked.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(asked.values()).containsExactly(-2);
      assertThat(fixture.statistics().updatesApplied()).isEqualTo(2);
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void anOpenThatComesTwiceOverOneLineLeavesWhatWaitsInItsPlace() {
    try (var fixture = ShardFixture.of(ShardFixture.SYNC, 2, 1, 10)) {
      Reply waiting = fixture.push(1, 0, 3);

      fixture.open(1, ShardFixture.LINE);
      fixture.push(0, 0, 1);

      assertThat(waiting.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(waiting.values()).containsExactly(-2);
      assertThat(waiting.numAnswers()).isEqualTo(1);
    }
  }

  @Test
  void aLineThatNoSessionWasOpenedOverIsRefused() {
    try (var fixture = ShardFixture.of(ShardFixture.ASYNC, 2, 1, 10)) {
      assertThatThrownBy(() -> fixture.push(new Push(1, 0, 1, 0), 1, 3))
          .hasMessageContaining("open a session over the line first");
      assertThat(fixture.push(1, 0, 3).outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void whoeverAwaitsTheOthersOverTwoLinesHearsOverEither() {
    try (var fixture = ShardFixture.of(ShardFixture.SYNC, 2, 1, 0)) {
      var overTheNewer = fixture.shard().awaitOthers(0, 0);
      var lateOverTheOlder = fixture.shard().awaitOthers(0, 0);

      fixture.shard().leave(1, 0);

      assertThat(overTheNewer).isCompleted();
      assertThat(lateOverTheOlder).isCompleted();
    }
  }

  @Test
  void awaitOthersEndsWhenTheOthersHaveLeft() {
    try (var fixture = ShardFixture.of(ShardFixture.SYNC, 3, 1, 0)) {
      var others = fixture.shard().awaitOthers(0, 0);
      fixture.shard().leave(2, 0);
      assertThat(others).isNotDone();
      fixture.shard().leave(1, 0);
      assertThat(others).isCompleted();
      assertThat(fixture.shard().done()).isNotDone();
      fixture.shard().leave(0, 0);
      assertThat(fixture.shard().done()).isCompleted();
    }
  }

  @Test
  void aReplicaThatHasLeftHoldsNobodyUpThoughALaterOwnerCameAndWent() {
    try (var fixture = ShardFixture.of(ShardFixture.SYNC, 2, 1, 0)) {
      var others = fixture.shard().awaitOthers(0, 0);
      fixture.shard().leave(1, 0);
      assertThat(others).isCompleted();
      OpenRequest laterOwner =
          new OpenRequest(1, 2, 1, ShardFixture.FINGERPRINT, Optional.empty(), Optional.empty());

      assertThat(fixture.shard().open(laterOwner)).isCompleted();
      var othersAgain = fixture.shard().awaitOthers(0, 0);
      assertThat(othersAgain).as("it may yet have something to do").isNotDone();
      fixture.shard().disconnected(1, 1, ShardFixture.LINE, "another has its replica");

      assertThat(othersAgain).isCompleted();
      fixture.shard().leave(0, 0);
      assertThat(fixture.shard().done()).isCompleted();
    }
  }

  @Test
  void whereTheLastStepIsDoneItStaysTheLast() {
    try (var fixture = ShardFixture.of(ShardFixture.ASYNC, 2, 1, 2)) {
      assertThat(fixture.shard().declareLastStep(0, 0, 1)).isEqualTo(1);
      fixture.push(0, 0, 1);
      fixture.push(1, 0, 1);

      assertThat(fixture.shard().declareLastStep(0, 0, 2)).isEqualTo(1);
    }
  }

  @Test
  void aClosedShardRefusesWhoeverWaitsAndCalls() {
    var fixture = ShardFixture.of(ShardFixture.SYNC, 2, 1, 10);
    Reply waiting = fixture.push(0, 0, 1);

    fixture.close();

    assertThat(waiting.failure()).isEqualTo("this server has ended");
    assertThatThrownBy(() -> fixture.pull(1)).hasMessage("this server has ended");
    fixture.shard().disconnected(0, 0, ShardFixture.LINE, "ended");
    fixture.shard().disconnected(1, 0, ShardFixture.LINE, "ended");
    assertThat(fixture.buffersOut()).isZero();
  }

  @Test
  void aFinalCheckpointThatCannotBeWrittenEndsTheRunWithThatError(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("in-the-way"), "");
    try (ParameterShard shard = shard(Optional.of(file))) {
      shard.open(ShardFixture.chief(1, settings(ShardFixture.SYNC))).join();
      shard.initialize(0, 0, values(1));

      assertThatThrownBy(() -> shard.leave(0, 0)).hasMessageContaining("cannot write");
      assertThatThrownBy(shard.done()::join).hasMessageContaining("cannot write");
    }
  }

  private static ParameterShard shard(Optional<Path> checkpoints) {
    return new ParameterShard(ShardStores.inMemory(), Checkpoints.in(checkpoints), Absences.NONE);
  }

  private static ShardSettings settings(Consistency consistency) {
    return ShardFixture.settings(consistency, 1, 1, 10);
  }

  private static TensorBuffer values(float value) {
    return TensorBuffer.borrowed(
        Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, new float[] {value}));
  }
}
