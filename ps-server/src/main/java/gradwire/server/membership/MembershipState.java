package gradwire.server.membership;

import gradwire.membership.Assignment;
import gradwire.membership.Member;
import gradwire.membership.MembershipPlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All that a coordinator must not forget. Immutable.
 *
 * @param version grows with every change that a worker is to hear of
 * @param replicas by number
 * @param members every worker that has joined, by index
 */
record MembershipState(
    MembershipPlan plan, long version, List<Replica> replicas, SortedMap<Integer, Row> members) {
  /** Where there is no worker yet, or no turn. */
  static final int NONE = -1;

  MembershipState {
    replicas = List.copyOf(replicas);
    members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
  }

  /**
   * One replica.
   *
   * @param home the worker that computes it while that one is there
   * @param owner the worker that computes it now; {@link #NONE} before the first
   * @param incarnation the owner's turn, from 0; {@link #NONE} before the first
   * @param retired whether it has nothing left to do
   */
  record Replica(int home, int owner, int incarnation, boolean retired) {
    Replica grantedTo(int worker) {
      return new Replica(home, worker, incarnation + 1, retired);
    }

    Replica withHome(int worker) {
      return new Replica(worker, owner, incarnation, retired);
    }

    Replica withRetired(boolean over) {
      return new Replica(home, owner, incarnation, over);
    }
  }

  /**
   * One worker.
   *
   * @param incarnation of its latest process
   * @param session of its latest process
   * @param version of its assignment
   * @param left whether it has said goodbye
   */
  record Row(int incarnation, long session, long version, boolean left) {
    boolean isOf(Member member) {
      return incarnation == member.incarnation() && session == member.session();
    }

    Row withVersion(long latest) {
      return new Row(incarnation, session, latest, left);
    }

    Row gone() {
      return new Row(incarnation, session, version, true);
    }
  }

  /** Nobody has come yet. */
  static MembershipState initial(MembershipPlan plan) {
    return new MembershipState(
        plan,
        NONE,
        IntStream.range(0, plan.numReplicas())
            .mapToObj(replica -> new Replica(plan.homeOf(replica), NONE, NONE, false))
            .toList(),
        new TreeMap<>());
  }

  @Nullable Row row(int worker) {
    return members.get(worker);
  }

  MembershipState withRow(int worker, Row row) {
    SortedMap<Integer, Row> changed = new TreeMap<>(members);
    changed.put(worker, row);
    return new MembershipState(plan, version, replicas, changed);
  }

  MembershipState withReplica(int number, Replica replica) {
    List<Replica> changed = new ArrayList<>(replicas);
    changed.set(number, replica);
    return new MembershipState(plan, version, changed, members);
  }

  /** The replicas that {@code worker} has to compute. */
  List<Integer> of(int worker) {
    return IntStream.range(0, replicas.size())
        .filter(number -> replicas.get(number).owner() == worker)
        .filter(number -> !replicas.get(number).retired())
        .boxed()
        .toList();
  }

  boolean isHome(int worker) {
    return replicas.stream().anyMatch(replica -> replica.home() == worker);
  }

  boolean isFinished() {
    return replicas.stream().allMatch(Replica::retired);
  }

  /** Nothing is done for good: the run was stopped, and goes on. */
  MembershipState resumed() {
    return new MembershipState(
        plan,
        version,
        replicas.stream().map(replica -> replica.withRetired(false)).toList(),
        members);
  }

  Assignment assignmentOf(int worker) {
    SortedMap<Integer, Integer> incarnations = new TreeMap<>();
    of(worker).forEach(number -> incarnations.put(number, replicas.get(number).incarnation()));
    Row row = row(worker);
    return new Assignment(row == null ? NONE : row.version(), incarnations);
  }

  /**
   * The same, with a new version for each worker whose replicas differ from those in {@code old}.
   */
  MembershipState versionedSince(MembershipState old) {
    SortedMap<Integer, Row> rows = new TreeMap<>(members);
    boolean changed = false;
    for (Map.Entry<Integer, Row> entry : members.entrySet()) {
      int worker = entry.getKey();
      boolean isNew = entry.getValue().version() == NONE;
      if (isNew
          || !assignmentOf(worker).incarnations().equals(old.assignmentOf(worker).incarnations())) {
        rows.put(worker, entry.getValue().withVersion(version + 1));
        changed = true;
      }
    }
    return changed ? new MembershipState(plan, version + 1, replicas, rows) : this;
  }
}
