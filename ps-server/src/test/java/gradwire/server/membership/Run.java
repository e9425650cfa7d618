package gradwire.server.membership;

import gradwire.membership.Assignment;
import gradwire.membership.Beat;
import gradwire.membership.Member;
import gradwire.membership.MembershipPlan;
import gradwire.membership.Moves;
import gradwire.membership.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A coordinator whose time a test lets pass, and what it said. */
final class Run {
  static final long LEASE_MILLIS = 2_000;
  static final long BEAT_MILLIS = LEASE_MILLIS / 4;

  final KeptInMemory store = new KeptInMemory();
  final List<String> log = new ArrayList<>();
  final MembershipPlan plan;
  Coordinator coordinator;
  private long nowMillis = 1_000_000;

  Run(int numWorkers, int numReplicas, Moves moves) {
    plan = new MembershipPlan(numWorkers, numReplicas, LEASE_MILLIS, moves);
    coordinator = started();
  }

  private Coordinator started() {
    return new Coordinator(store, () -> nowMillis, log::add);
  }

  /** As after {@code kill -9}. */
  void restart() {
    coordinator = started();
  }

  /** Time in which the coordinator does not run. */
  void sleep(long millis) {
    nowMillis += millis;
  }

  /** One beat's time, and a tick. */
  void pass() {
    nowMillis += BEAT_MILLIS;
    coordinator.tick();
  }

  /** Lets time pass in which {@code living} beat. */
  void pass(long millis, Member... living) {
    for (long passed = 0; passed < millis; passed += BEAT_MILLIS) {
      pass();
      for (Member member : living) {
        beat(member);
      }
    }
  }

  static Member member(int worker, int incarnation) {
    return new Member(worker, incarnation, 77);
  }

  Assignment join(Member member) {
    return coordinator.join(member, plan).assignment().orElseThrow();
  }

  Standing beat(Member member) {
    return beat(member, Beat.Intent.GO_ON);
  }

  /** Who retires knows what it had to do. */
  Standing beat(Member member, Beat.Intent intent) {
    return beat(member, intent == Beat.Intent.RETIRE ? Long.MAX_VALUE : -1, intent);
  }

  Standing beat(Member member, long knownVersion, Beat.Intent intent) {
    return coordinator.beat(new Beat(member, knownVersion, 0, 0, 0, intent));
  }

  Standing beat(Member member, long millisPerGradient) {
    return coordinator.beat(
        new Beat(member, -1, 0, 10, millisPerGradient * 1_000_000, Beat.Intent.GO_ON));
  }

  Assignment assignmentOf(Member member) {
    return beat(member).assignment().orElseThrow();
  }

  Set<Integer> replicasOf(Member member) {
    return assignmentOf(member).incarnations().keySet();
  }
}
