package gradwire.server.membership;

import static gradwire.server.membership.MembershipState.NONE;

import gradwire.membership.Moves;
import gradwire.server.membership.MembershipState.Replica;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Where replicas belong, given who is there: at home; if nobody is at home, with whom they are; if
 * that one is gone, with the worker that has the fewest. So nothing moves without a cause. Pure.
 *
 * @param alive workers that are there, as far as is known: they keep what they have
 * @param heard those of them that were heard since the coordinator started: they can be given more
 * @param expected says of a worker that was never there whether it may still come
 */
record Placement(NavigableSet<Integer> alive, NavigableSet<Integer> heard, IntPredicate expected) {
  /** Gives every replica that needs it a new owner. */
  MembershipState place(MembershipState state) {
    MembershipState placed = state;
    for (int number = 0; number < state.replicas().size(); number++) {
      int owner = ownerOf(state.replicas().get(number), placed);
      if (owner != state.replicas().get(number).owner()) {
        placed = placed.withReplica(number, placed.replicas().get(number).grantedTo(owner));
      }
    }
    return placed;
  }

  private int ownerOf(Replica replica, MembershipState state) {
    if (replica.retired()) {
      return replica.owner();
    }
    if (heard.contains(replica.home())) {
      return replica.home();
    }
    boolean mustStay =
        alive.contains(replica.owner())
            || state.plan().moves() == Moves.NEVER
            || replica.owner() == NONE && expected.test(replica.home());
    return mustStay ? replica.owner() : leastLoaded(state).orElse(replica.owner());
  }

  private Optional<Integer> leastLoaded(MembershipState state) {
    return heard.stream().min(Comparator.comparingInt(worker -> state.of(worker).size()));
  }

  /**
   * A worker that is home to nothing has come: it becomes home to replicas of the most loaded,
   * until it has as many, or one less.
   */
  MembershipState share(MembershipState state, int worker) {
    if (state.plan().moves() == Moves.NEVER || state.isHome(worker)) {
      return state;
    }
    MembershipState shared = state;
    while (true) {
      MembershipState present = shared;
      int most =
          heard.stream()
              .max(
                  Comparator.<Integer>comparingInt(each -> present.of(each).size())
                      .thenComparing(Comparator.reverseOrder()))
              .orElse(worker);
      if (present.of(most).size() - present.of(worker).size() < 2) {
        return present;
      }
      shared = moved(present, present.of(most).getLast(), worker);
    }
  }

  /** Replica {@code number} has a new home. */
  static MembershipState moved(MembershipState state, int number, int worker) {
    return state.withReplica(
        number, state.replicas().get(number).grantedTo(worker).withHome(worker));
  }
}
