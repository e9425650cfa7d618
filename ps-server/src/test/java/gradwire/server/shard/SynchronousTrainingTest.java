package gradwire.server.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.config.Consistency;
import gradwire.error.GradwireException;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SynchronousTrainingTest {
  private static final Consistency TWO_OF_THREE = new Consistency.Sync(OptionalInt.of(2));

  @Test
  void theOrderOfArrivalChangesNoBit() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int numWorkers = 1; numWorkers <= 9; numWorkers++) {
      float[][] gradients = gradients(random, numWorkers, 1021);
      float[] inOrder = oneStep(gradients, order(numWorkers));
      for (int i = 0; i < 10; i++) {
        List<Integer> order = order(numWorkers);
        Collections.shuffle(order, new Random(random.nextLong()));
        assertThat(oneStep(gradients, order))
            .as("seed %d, order %s", seed, order)
            .isEqualTo(inOrder);
      }
      for (int i = 0; i < 1021; i++) {
        double sum = 0;
        for (float[] gradient : gradients) {
          sum += gradient[i];
        }
        // Each of the 4 levels of additions and the division round once: 5 half units of 1.
        assertThat((double) inOrder[i])
            .isCloseTo(-sum / numWorkers, org.assertj.core.data.Offset.offset(5 * 0x1p-24));
      }
    }
  }

  private static float[] oneStep(float[][] gradients, List<Integer> order) {
    try (var fixture =
        ShardFixture.of(ShardFixture.SYNC, gradients.length, gradients[0].length, 10)) {
      List<Reply> replies = new ArrayList<>();
      for (int worker : order) {
        assertThat(replies).allMatch(Reply::isOpen);
        replies.add(fixture.push(worker, 0, gradients[worker]));
      }
      assertThat(replies)
          .allMatch(reply -> reply.outcome() == Outcome.APPLIED && reply.step() == 1);
      assertThat(fixture.buffersOut()).isZero();
      return replies.getFirst().values();
    }
  }

  @Test
  void weightsMayBeLentWhereNoStepIsMadeWithoutTheirReceiver() {
    try (var all = ShardFixture.of(ShardFixture.SYNC, 2, 1, 10);
        var some = ShardFixture.of(TWO_OF_THREE, 3, 1, 10);
        var free = ShardFixture.of(ShardFixture.ASYNC, 2, 1, 10);
        var bounded = ShardFixture.of(new Consistency.Ssp(1), 2, 1, 10)) {
      assertThat(firstAnswer(all).isLasting()).isTrue();
      assertThat(firstAnswer(some).isLasting()).isFalse();
      assertThat(firstAnswer(free).isLasting()).isFalse();
      assertThat(firstAnswer(bounded).isLasting()).isFalse();
    }
  }

  private static Reply firstAnswer(ShardFixture fixture) {
    Reply first = fixture.push(0, 0, 1);
    fixture.push(1, 0, 1);
    assertThat(first.isOpen()).isFalse();
    return first;
  }

  @Test
  void aLateGradientIsDroppedAndItsWorkerAndTheCountersAreTold() {
    try (var fixture = ShardFixture.of(TWO_OF_THREE, 3, 1, 10)) {
      Reply first = fixture.push(2, 0, 1);
      Reply second = fixture.push(0, 0, 3);
      Reply late = fixture.push(1, 0, 100);

      assertThat(first.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(second.values()).containsExactly(-2);
      assertThat(late.outcome()).isEqualTo(Outcome.LATE);
      assertThat(late.values()).containsExactly(-2);
      assertThat(late.step()).isEqualTo(1);
      assertThat(fixture.statistics().updatesApplied()).isEqualTo(2);
      assertThat(fixture.statistics().updatesDropped()).isEqualTo(1);
      assertThat(fixture.shard().leave(1, 0).dropped()).isEqualTo(1);
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void atTheLastStepWhoIsLateIsToldThatTheRunIsOver() {
    try (var fixture = ShardFixture.of(TWO_OF_THREE, 3, 1, 1)) {
      fixture.push(0, 0, 1);
      fixture.push(1, 0, 1);

      assertThat(fixture.push(2, 0, 1).outcome()).isEqualTo(Outcome.FINISHED);
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void movingTheLastStepToNowAnswersWhoeverWaits() {
    try (var fixture = ShardFixture.of(ShardFixture.SYNC, 3, 1, 10)) {
      Reply one = fixture.push(1, 0, 1);
      Reply two = fixture.push(2, 0, 1);

      assertThat(fixture.shard().declareLastStep(0, 0, 0)).isZero();

      assertThat(one.outcome()).isEqualTo(Outcome.FINISHED);
      assertThat(two.outcome()).isEqualTo(Outcome.FINISHED);
      assertThat(fixture.push(0, 0, 1).outcome()).isEqualTo(Outcome.FINISHED);
      assertThat(fixture.statistics().updatesApplied()).isZero();
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void theLastStepIsNeverBeforeThePresentOne() {
    try (var fixture = ShardFixture.of(ShardFixture.SYNC, 1, 1, 10)) {
      fixture.push(0, 0, 1);
      fixture.push(0, 1, 1);

      assertThat(fixture.shard().declareLastStep(0, 0, 1)).isEqualTo(2);
    }
  }

  @Test
  void aLostWorkerFailsTheOthersByName() {
    try (var fixture = ShardFixture.of(ShardFixture.SYNC, 3, 1, 10)) {
      Reply waiting = fixture.push(0, 0, 1);
      Reply ofTheLost = fixture.push(2, 0, 1);
      var others = fixture.shard().awaitOthers(0, 0);

      fixture.shard().disconnected(2, 0, ShardFixture.LINE, "kill -9");

      String lost = "worker-2: lost at step 0 (connection ended without leaving: kill -9)";
      assertThat(waiting.failure()).startsWith(lost).endsWith("see its log");
      assertThat(ofTheLost.numAnswers()).isEqualTo(1);
      assertThat(others).isCompletedExceptionally();
      assertThatThrownBy(() -> fixture.push(1, 0, 1)).hasMessageStartingWith(lost);
      assertThatThrownBy(() -> fixture.pull(1)).hasMessageStartingWith(lost);
      assertThatThrownBy(() -> fixture.shard().awaitOthers(1, 0)).hasMessageStartingWith(lost);
      assertThatThrownBy(() -> fixture.shard().open(ShardFixture.other(1, 3)))
          .hasMessageStartingWith(lost);
      assertThat(fixture.shard().done()).isCompletedExceptionally();
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void withABackupWorkerALostOneIsDoneWithoutAndItsGradientGivenUp() {
    try (var fixture = ShardFixture.of(TWO_OF_THREE, 3, 1, 10)) {
      fixture.push(2, 0, 100);
      fixture.shard().disconnected(2, 0, ShardFixture.LINE, "gone");

      fixture.push(0, 0, 1);
      Reply reply = fixture.push(1, 0, 3);

      assertThat(reply.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(reply.values()).containsExactly(-2);
      assertThat(fixture.buffersOut()).isZero();
      fixture.shard().leave(0, 0);
      fixture.shard().leave(1, 0);
      assertThat(fixture.shard().done()).isCompletedExceptionally();
      assertThatThrownBy(fixture.shard().done()::join)
          .hasMessageContaining("ended without worker-2: lost on the way");
    }
  }

  @Test
  void aWorkerLostAfterTheLastStepHarmsNobody() {
    try (var fixture = ShardFixture.of(ShardFixture.SYNC, 2, 1, 1)) {
      fixture.push(0, 0, 1);
      fixture.push(1, 0, 1);

      fixture.shard().disconnected(1, 0, ShardFixture.LINE, "gone");

      assertThat(fixture.shard().awaitOthers(0, 0)).isCompleted();
      assertThat(fixture.pull(0).step()).isEqualTo(1);
    }
  }

  @Test
  void withSeveralServersTheVerdictComesBeforeTheWeights() {
    var settings = ShardFixture.settings(TWO_OF_THREE, 1, 2, 10);
    try (var fixture = ShardFixture.of(settings, 3, 1)) {
      Reply first = fixture.push(0, 0, 1);
      assertThat(first.isAccepted()).isTrue();
      assertThat(first.isOpen()).isTrue();

      Reply again = fixture.push(fixture.last(0, 0), new float[] {1});
      assertThat(again.isAccepted()).isTrue();

      assertThat(fixture.push(1, 0, 3).isAccepted()).isTrue();
      assertThat(again.outcome()).isEqualTo(Outcome.APPLIED);
      Reply late = fixture.push(2, 0, 1);
      assertThat(late.isAccepted()).isFalse();
      assertThat(late.outcome()).isEqualTo(Outcome.LATE);
      assertThat(fixture.statistics().duplicatesRefused()).isEqualTo(1);
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void aServerThatLearnsLaterTakesAStepAheadOfItsOwn() {
    var settings = ShardFixture.settings(TWO_OF_THREE, 1, 2, 10);
    try (var fixture = ShardFixture.of(settings, 3, 1)) {
      Reply slow = fixture.push(0, 0, 1);
      Reply ahead = fixture.push(1, 1, 5);
      assertThat(fixture.push(2, 0, 3).step()).isEqualTo(1);
      assertThat(slow.step()).isEqualTo(1);
      assertThat(ahead.isOpen()).isTrue();

      Reply second = fixture.push(2, 1, 7);

      assertThat(second.values()).containsExactly(-8);
      assertThat(ahead.values()).containsExactly(-8);
    }
  }

  @Test
  void aSecondGradientForTheSameStepTakesTheFirstOnesPlace() {
    try (var fixture = ShardFixture.of(ShardFixture.SYNC, 2, 1, 10)) {
      Reply first = fixture.push(0, 0, 100);
      Reply second = fixture.push(0, 0, 1);
      Reply other = fixture.push(1, 0, 3);

      assertThat(first.failure()).contains("takes the place of an earlier one");
      assertThat(second.values()).containsExactly(-2);
      assertThat(other.step()).isEqualTo(1);
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  @Test
  void aRestartedWorkerTakesItsOldOnesPlace() {
    try (var fixture = ShardFixture.of(ShardFixture.SYNC, 2, 1, 10)) {
      fixture.push(1, 0, 100);
      fixture
          .shard()
          .open(
              new gradwire.transport.OpenRequest(
                  1,
                  2,
                  1,
                  ShardFixture.FINGERPRINT,
                  java.util.Optional.empty(),
                  java.util.Optional.empty()))
          .join();
      Reply restarted = fixture.push(new Push(1, 1, 1, 0), new float[] {1});
      fixture.push(0, 0, 3);

      assertThat(restarted.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(restarted.values()).containsExactly(-2);
      assertThatThrownBy(() -> fixture.push(1, 1, 1))
          .isInstanceOf(GradwireException.class)
          .hasMessage(
              "worker-1 incarnation 0: expected incarnation 1; another has taken its place, end"
                  + " this one");
      assertThat(fixture.buffersOut()).isZero();
    }
  }

  private static List<Integer> order(int numWorkers) {
    List<Integer> order = new ArrayList<>();
    for (int worker = 0; worker < numWorkers; worker++) {
      order.add(worker);
    }
    return order;
  }

  private static float[][] gradients(SplittableRandom random, int numWorkers, int numFloats) {
    float[][] gradients = new float[numWorkers][numFloats];
    for (float[] gradient : gradients) {
      for (int i = 0; i < numFloats; i++) {
        gradient[i] = (float) random.nextDouble(-1, 1);
      }
    }
    return gradients;
  }
}
