package gradwire.server.shard;

import gradwire.error.GradwireException;
import gradwire.transport.Farewell;
import gradwire.transport.Push;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The workers of a run as one shard sees them: which incarnation is theirs, what was taken from
 * them, who has left. Called under the shard's lock.
 */
final class Members {
  private static final class Member {
    private int incarnation = -1;
    private long lastSequence;
    private long applied;
    private long dropped;
    private boolean left;
    private boolean lost;
  }

  private final Member[] members;
  private long duplicatesRefused;

  Members(int numWorkers) {
    members = new Member[numWorkers];
    Arrays.setAll(members, worker -> new Member());
  }

  int size() {
    return members.length;
  }

  /** A worker's n-th start: older ones are fenced off from here on. */
  void join(int worker, int incarnation) {
    Member member = member(worker);
    if (incarnation < member.incarnation) {
      throw stale(worker, incarnation, member.incarnation);
    }
    if (incarnation > member.incarnation) {
      member.incarnation = incarnation;
      member.lastSequence = 0;
      member.left = false;
      member.lost = false;
    }
  }

  /** Refuses a caller whose place another incarnation has taken, or who never joined. */
  void check(int worker, int incarnation) {
    int current = member(worker).incarnation;
    if (incarnation != current) {
      throw stale(worker, incarnation, current);
    }
  }

  /** Refuses a caller who has said goodbye. */
  void checkPresent(int worker) {
    if (member(worker).left) {
      throw new GradwireException(
          "worker-" + worker + ": expected nothing more of it, it has left the run");
    }
  }

  boolean contains(int worker) {
    return worker >= 0 && worker < members.length;
  }

  /**
   * Notes a push.
   *
   * @return whether it is new; a repeated one must not be applied again
   */
  boolean isNew(Push push) {
    Member member = member(push.worker());
    if (push.sequence() <= member.lastSequence) {
      duplicatesRefused++;
      return false;
    }
    if (push.sequence() != member.lastSequence + 1) {
      throw new GradwireException(
          push
              + ": expected push "
              + (member.lastSequence + 1)
              + " of this worker next; a push was lost on the way, resend from there");
    }
    member.lastSequence = push.sequence();
    return true;
  }

  void applied(int worker) {
    member(worker).applied++;
  }

  void dropped(int worker) {
    member(worker).dropped++;
  }

  Farewell leave(int worker) {
    Member member = member(worker);
    member.left = true;
    return new Farewell(member.applied, member.dropped);
  }

  /** Notes that a worker is gone; false if it had left, or another incarnation took its place. */
  boolean lose(int worker, int incarnation) {
    Member member = member(worker);
    if (member.left || member.lost || member.incarnation != incarnation) {
      return false;
    }
    member.lost = true;
    return true;
  }

  /** Who has neither left nor been lost, except {@code worker}. */
  List<String> othersStillHere(int worker) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < members.length; i++) {
      if (i != worker && !members[i].left && !members[i].lost) {
        names.add("worker-" + i);
      }
    }
    return names;
  }

  boolean allGone() {
    return othersStillHere(-1).isEmpty();
  }

  List<String> lost() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < members.length; i++) {
      if (members[i].lost) {
        names.add("worker-" + i);
      }
    }
    return names;
  }

  long totalApplied() {
    return Arrays.stream(members).mapToLong(member -> member.applied).sum();
  }

  long totalDropped() {
    return Arrays.stream(members).mapToLong(member -> member.dropped).sum();
  }

  long duplicatesRefused() {
    return duplicatesRefused;
  }

  private Member member(int worker) {
    if (worker < 0 || worker >= members.length) {
      throw new GradwireException(
          "worker-"
              + worker
              + ": expected a worker index below "
              + members.length
              + "; is this server of another job?");
    }
    return members[worker];
  }

  private static GradwireException stale(int worker, int incarnation, int current) {
    return new GradwireException(
        "worker-"
            + worker
            + " incarnation "
            + incarnation
            + ": expected incarnation "
            + current
            + "; "
            + (current < 0
                ? "it must open a session first"
                : "another has taken its place, end this one"));
  }
}
