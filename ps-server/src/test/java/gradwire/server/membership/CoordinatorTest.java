package gradwire.server.membership;

import static gradwire.server.membership.Run.LEASE_MILLIS;
import static gradwire.server.membership.Run.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gradwire.error.GradwireException;
import gradwire.membership.Beat;
import gradwire.membership.Member;
import gradwire.membership.MembershipPlan;
import gradwire.membership.Moves;
import gradwire.membership.NotNowException;
import gradwire.membership.Standing;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CoordinatorTest {
  private static final Member ZERO = member(0, 0);
  private static final Member ONE = member(1, 0);
  private static final Member TWO = member(2, 0);

  private final Run run = new Run(2, 4, Moves.WHEN_GONE);

  @Test
  void whoComesGetsItsOwnReplicasAndNobodyWaitsForTheOthers() {
    assertThat(run.join(ZERO).incarnations()).isEqualTo(Map.of(0, 0, 2, 0));
    run.pass(10_000, ZERO);
    assertThat(run.replicasOf(ZERO)).containsExactly(0, 2);
    assertThat(run.join(ONE).incarnations()).isEqualTo(Map.of(1, 0, 3, 0));
    assertThat(run.log)
        .containsExactly(
            "worker-0 incarnation 0 has joined: worker-0 computes replicas 0, 2",
            "worker-1 incarnation 0 has joined: worker-1 computes replicas 1, 3");
  }

  @Test
  void whoDoesNotComeAtAllIsReplacedInTheEnd() {
    run.join(ZERO);
    run.pass(Coordinator.START_UP_MILLIS, ZERO);
    assertThat(run.replicasOf(ZERO)).containsExactly(0, 1, 2, 3);
    assertThat(run.log.getLast())
        .isEqualTo("a worker has not come: worker-0 computes replicas 1, 3");
    assertThat(run.join(ONE).incarnations()).isEqualTo(Map.of(1, 1, 3, 1));
    assertThat(run.replicasOf(ZERO)).containsExactly(0, 2);
  }

  @Test
  void whoIsSilentForALeaseLosesItsReplicasToThoseWithTheFewestAndHasThemBackWhenItIsHeard() {
    run.join(ZERO);
    run.join(ONE);
    run.pass(LEASE_MILLIS - Run.BEAT_MILLIS, ZERO);
    assertThat(run.replicasOf(ZERO)).containsExactly(0, 2);
    run.pass(2 * Run.BEAT_MILLIS, ZERO);
    assertThat(run.assignmentOf(ZERO).incarnations()).isEqualTo(Map.of(0, 0, 1, 1, 2, 0, 3, 1));
    assertThat(run.log.getLast())
        .isEqualTo("worker-1 is silent for 2.0 s: replicas 1, 3 from worker-1 to worker-0");

    assertThat(run.assignmentOf(ONE).incarnations()).isEqualTo(Map.of(1, 2, 3, 2));
    assertThat(run.replicasOf(ZERO)).containsExactly(0, 2);
    assertThat(run.log.getLast())
        .isEqualTo("worker-1 incarnation 0 is back: replicas 1, 3 from worker-0 to worker-1");
  }

  @Test
  void aWorkerStartedAgainWithinItsLeaseHasItsReplicasWithAHigherIncarnationAndNothingElseMoves() {
    run.join(ZERO);
    run.join(ONE);
    run.pass(1_000, ZERO);
    assertThat(run.join(member(1, 1)).incarnations()).isEqualTo(Map.of(1, 1, 3, 1));
    assertThat(run.assignmentOf(ZERO).incarnations()).isEqualTo(Map.of(0, 0, 2, 0));
    assertThat(run.log.getLast())
        .isEqualTo("worker-1 incarnation 1 has joined: worker-1 goes on with replicas 1, 3");
  }

  @Test
  void whoTakesLeaveIsReplacedAtOnce() {
    run.join(ZERO);
    run.join(ONE);
    run.beat(ONE, Beat.Intent.LEAVE);
    assertThat(run.replicasOf(ONE)).isEmpty();
    assertThat(run.replicasOf(ZERO)).containsExactly(0, 1, 2, 3);
    assertThat(run.join(member(1, 1)).incarnations()).isEqualTo(Map.of(1, 2, 3, 2));
  }

  @Test
  void whatIsDoneIsNobodyElsesAndWhenAllIsDoneTheOthersAreTold() {
    run.join(ZERO);
    run.join(ONE);
    run.join(TWO);
    assertThat(run.beat(ONE, Beat.Intent.RETIRE).finished()).isFalse();
    run.pass(10 * LEASE_MILLIS, ZERO, TWO);
    assertThat(run.replicasOf(ZERO)).doesNotContain(1, 3);
    assertThat(run.replicasOf(TWO)).doesNotContain(1);
    run.beat(ZERO, Beat.Intent.RETIRE);
    assertThat(run.beat(TWO, Beat.Intent.RETIRE).finished()).isTrue();
    assertThat(run.log.getLast()).isEqualTo("all replicas are done");
  }

  @Test
  void whoRetiresWithoutKnowingWhatItWasGivenSinceHasToDoThatFirst() {
    run.join(ZERO);
    long known = run.join(ONE).version();
    run.pass(2 * LEASE_MILLIS, ONE);
    Standing refused = run.beat(ONE, known, Beat.Intent.RETIRE);
    assertThat(refused.isGivenMore()).isTrue();
    assertThat(refused.assignment().orElseThrow().incarnations()).containsOnlyKeys(0, 1, 2, 3);
    assertThat(refused.finished()).isFalse();
    long heard = refused.assignment().orElseThrow().version();
    assertThat(run.beat(ONE, heard, Beat.Intent.RETIRE).finished()).isTrue();
  }

  @Test
  void whoIsKilledOnItsWayOutGoesOnWithWhatItHad() {
    run.join(ZERO);
    run.join(ONE);
    run.beat(ONE, Beat.Intent.RETIRE);
    assertThat(run.join(member(1, 1)).incarnations()).isEqualTo(Map.of(1, 1, 3, 1));
    assertThat(run.beat(ZERO, Beat.Intent.RETIRE).finished()).isFalse();
  }

  @Test
  void moreWorkersThanMeantForGetTheirShareOnceAndAsManyAsReplicasTwiceAreLetIn() {
    run.join(ZERO);
    run.join(ONE);
    assertThat(run.join(TWO).incarnations()).isEqualTo(Map.of(2, 1));
    assertThat(run.join(member(3, 0)).incarnations()).isEqualTo(Map.of(3, 1));
    assertThat(run.join(member(7, 0)).incarnations()).isEmpty();
    assertThatThrownBy(() -> run.join(member(8, 0)))
        .isInstanceOf(GradwireException.class)
        .hasMessage(
            "worker-8 incarnation 0: expected an index below 8, twice the number of replicas;"
                + " start fewer workers");
    int changes = run.store.numSaves();
    run.pass(60_000, ZERO, ONE, TWO, member(3, 0), member(7, 0));
    assertThat(run.store.numSaves()).isEqualTo(changes);
  }

  @Test
  void aSpareTakesOverFromTheFirstThatIsGone() {
    run.join(ZERO);
    run.join(ONE);
    run.join(TWO);
    run.pass(LEASE_MILLIS, ONE, TWO);
    assertThat(run.replicasOf(TWO)).containsExactly(0, 2);
    assertThat(run.replicasOf(ONE)).containsExactly(1, 3);
  }

  @Test
  void theLastWorkerKeepsWhatItHasHoweverLongItIsSilent() {
    run.join(ZERO);
    int changes = run.store.numSaves();
    run.pass(20_000);
    assertThat(run.assignmentOf(ZERO).incarnations()).isEqualTo(Map.of(0, 0, 2, 0));
    assertThat(run.store.numSaves()).isEqualTo(changes);
  }

  @Test
  void whereNothingMayMoveOnlyItsOwnWorkerGoesOnWithAReplica() {
    Run fixed = new Run(2, 2, Moves.NEVER);
    fixed.join(ZERO);
    fixed.join(ONE);
    fixed.join(TWO);
    fixed.pass(2 * Coordinator.START_UP_MILLIS, ZERO, TWO);
    assertThat(fixed.replicasOf(ZERO)).containsExactly(0);
    assertThat(fixed.replicasOf(TWO)).isEmpty();
    assertThat(fixed.join(member(1, 1)).incarnations()).isEqualTo(Map.of(1, 1));
  }

  @Test
  void anEarlierProcessOfAWorkerIsTurnedAway() {
    run.join(ZERO);
    run.join(member(1, 3));
    assertThatThrownBy(() -> run.beat(member(1, 2)))
        .hasMessage(
            "worker-1 incarnation 2: expected incarnation 3, as another process of this worker has"
                + " joined; end this one");
    assertThatThrownBy(() -> run.join(member(1, 2))).hasMessageContaining("end this one");
    Member sameIncarnation = new Member(1, 3, 99);
    assertThat(run.join(sameIncarnation).incarnations()).isEqualTo(Map.of(1, 1, 3, 1));
    assertThatThrownBy(() -> run.beat(member(1, 3))).hasMessageContaining("end this one");
  }

  @Test
  void aWorkerOfAnotherJobIsTurnedAway() {
    run.join(ZERO);
    assertThatThrownBy(
            () ->
                run.coordinator.join(ONE, new MembershipPlan(2, 2, LEASE_MILLIS, Moves.WHEN_GONE)))
        .hasMessage(
            "worker-1 incarnation 0: expected a worker of this job (4 replicas on 2 workers, lease"
                + " 2000 ms, replicas move WHEN_GONE), got one of another (2 replicas on 2 workers,"
                + " lease 2000 ms, replicas move WHEN_GONE); start all tasks with the same job and worker_hosts");
  }

  @Test
  void aRunIsWhatWorkerZeroSaysHoweverEarlyOthersCome() {
    MembershipPlan wrong = new MembershipPlan(3, 3, LEASE_MILLIS, Moves.WHEN_GONE);
    assertThatThrownBy(() -> run.coordinator.join(ONE, wrong))
        .isInstanceOf(NotNowException.class)
        .hasMessage(
            "worker-1 incarnation 0 waits up to 60 s for worker-0, which says how many workers and"
                + " replicas there are");
    assertThatThrownBy(() -> run.join(TWO)).isInstanceOf(NotNowException.class);
    assertThat(run.log)
        .as("said once")
        .containsExactly(
            "worker-1 incarnation 0 waits up to 60 s for worker-0, which says how many workers and"
                + " replicas there are");

    assertThat(run.join(ZERO).incarnations()).isEqualTo(Map.of(0, 0, 2, 0));
    assertThatThrownBy(() -> run.coordinator.join(ONE, wrong))
        .isNotInstanceOf(NotNowException.class)
        .hasMessageContaining("worker-1 incarnation 0: expected a worker of this job (4 replicas");
    assertThat(run.join(member(1, 1)).incarnations()).isEqualTo(Map.of(1, 0, 3, 0));
  }

  @Test
  void ifWorkerZeroDoesNotComeWhoeverAsksThenSaysWhatTheRunIs() {
    assertThatThrownBy(() -> run.join(ONE)).isInstanceOf(NotNowException.class);
    run.pass(Coordinator.START_UP_MILLIS - Run.BEAT_MILLIS);
    assertThatThrownBy(() -> run.join(ONE)).isInstanceOf(NotNowException.class);
    run.pass(Run.BEAT_MILLIS);
    assertThat(run.join(ONE).incarnations()).isEqualTo(Map.of(1, 0, 3, 0));
    assertThat(run.log)
        .contains("worker-0 has not come within 60 s: the run is what worker-1 incarnation 0 says");
    assertThat(run.join(ZERO).incarnations()).isEqualTo(Map.of(0, 0, 2, 0));
  }

  @Test
  void onceItIsOnFileWhatTheRunIsNobodyWaitsForWorkerZero() {
    run.join(ZERO);
    run.restart();
    assertThat(run.join(ONE).incarnations()).isEqualTo(Map.of(1, 0, 3, 0));
  }

  @Test
  void whoTheCoordinatorHasNeverHeardOfIsToldToJoin() {
    assertThat(run.beat(ZERO)).isEqualTo(Standing.UNKNOWN);
    run.join(ZERO);
    assertThat(run.beat(member(0, 1))).isEqualTo(Standing.UNKNOWN);
  }

  @Test
  void afterItsRestartEverybodyHasAFreshLeaseAndWhatWasSaidStands() {
    run.join(ZERO);
    run.join(ONE);
    run.pass(LEASE_MILLIS, ZERO);
    run.restart();
    run.sleep(60_000);
    assertThat(run.assignmentOf(ZERO).incarnations()).isEqualTo(Map.of(0, 0, 1, 1, 2, 0, 3, 1));
    assertThat(run.assignmentOf(ONE).incarnations()).isEqualTo(Map.of(1, 2, 3, 2));
    run.restart();
    assertThat(run.join(member(1, 1)).incarnations()).isEqualTo(Map.of(1, 3, 3, 3));
    run.pass(LEASE_MILLIS - Run.BEAT_MILLIS);
    assertThat(run.log.getLast()).contains("worker-1 incarnation 1 has joined");
  }

  @Test
  void timeInWhichTheCoordinatorStoodStillIsNobodysSilence() {
    run.join(ZERO);
    run.join(ONE);
    int changes = run.store.numSaves();
    run.sleep(30_000);
    run.pass();
    run.beat(ZERO);
    run.pass();
    run.beat(ONE);
    assertThat(run.store.numSaves()).isEqualTo(changes);
  }

  @Test
  void whatCannotBePutOnFileDoesNotHappenUntilItCan() {
    run.join(ZERO);
    run.join(ONE);
    run.store.full = true;
    run.pass(3 * LEASE_MILLIS, ZERO);
    assertThat(run.assignmentOf(ZERO).incarnations()).isEqualTo(Map.of(0, 0, 2, 0));
    assertThat(run.log.subList(2, run.log.size()))
        .containsExactly("state/membership: no space left; until then nobody's replicas change");
    assertThatThrownBy(() -> run.join(member(1, 1))).isInstanceOf(NotNowException.class);
    assertThatThrownBy(() -> run.beat(ZERO, Beat.Intent.LEAVE)).isInstanceOf(NotNowException.class);
    run.store.full = false;
    run.pass(LEASE_MILLIS + Run.BEAT_MILLIS, ZERO);
    assertThat(run.replicasOf(ZERO)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void aStragglerIsReportedAndRelievedWhereStepsWaitForIt() {
    Run sync = new Run(2, 4, Moves.WHEN_SLOW);
    sync.join(ZERO);
    sync.join(ONE);
    passAtPaces(sync, Stragglers.HELD_MILLIS - 1_000, 20, 84);
    assertThat(sync.log).hasSize(2);
    passAtPaces(sync, 2_000, 20, 84);
    assertThat(sync.log.subList(2, 4))
        .containsExactly(
            "worker-1: straggler, 84 ms a gradient, others 20 ms",
            "worker-1 holds up the others: replica 3 from worker-1 to worker-0");
    passAtPaces(sync, 60_000, 20, 84);
    assertThat(sync.replicasOf(ZERO)).containsExactly(0, 2, 3);
    assertThat(sync.replicasOf(ONE)).as("80 ms instead of 84 are not worth a move").contains(1);
    assertThat(sync.log).hasSize(4);
  }

  @Test
  void aWorkerThatIsHardlySlowerOrOnlyForAMomentKeepsItsReplicas() {
    Run sync = new Run(2, 2, Moves.WHEN_SLOW);
    sync.join(ZERO);
    sync.join(ONE);
    passAtPaces(sync, 30_000, 20, 38);
    passAtPaces(sync, 2_000, 20, 90);
    passAtPaces(sync, 30_000, 20, 21);
    assertThat(sync.log).hasSize(2);
  }

  @Test
  void aStragglerIsOnlyReportedWhereNobodyWaitsForIt() {
    run.join(ZERO);
    run.join(ONE);
    passAtPaces(run, 30_000, 20, 84);
    assertThat(run.log).hasSize(3).last().asString().startsWith("worker-1: straggler, 84 ms");
  }

  @Test
  void whileAllStandStillNobodyHoldsUpTheOthers() {
    Run sync = new Run(2, 4, Moves.WHEN_SLOW);
    sync.join(ZERO);
    sync.join(ONE);
    passAtPaces(sync, 1_000, 20, 84);
    sync.pass(60_000, ZERO, ONE);
    assertThat(sync.log).hasSize(2);
    passAtPaces(sync, Stragglers.HELD_MILLIS - 1_000, 84, 20);
    assertThat(sync.log).hasSize(2);
    passAtPaces(sync, 2_000, 84, 20);
    assertThat(sync.log.getLast()).startsWith("worker-0 holds up the others: replica 2");
  }

  @Test
  void aStragglerIsRelievedHoweverLongTheOthersWaitForIt() {
    Run sync = new Run(2, 4, Moves.WHEN_SLOW);
    sync.join(ZERO);
    sync.join(ONE);
    for (int step = 0; step < 3; step++) {
      sync.pass(Run.BEAT_MILLIS, ONE);
      sync.beat(ZERO, 20);
      sync.pass(10 * LEASE_MILLIS, ZERO, ONE);
      sync.beat(ONE, 10 * LEASE_MILLIS);
    }
    assertThat(sync.log)
        .contains("worker-1 holds up the others: replica 3 from worker-1 to worker-0");
  }

  private static void passAtPaces(Run run, long millis, long paceOfZero, long paceOfOne) {
    for (long passed = 0; passed < millis; passed += Run.BEAT_MILLIS) {
      run.pass();
      run.beat(ZERO, paceOfZero);
      run.beat(ONE, paceOfOne);
    }
  }
}
