package gradwire.server.shard;

import gradwire.error.GradwireException;
import gradwire.server.checkpoint.Progress;
import gradwire.server.store.ShardTable;
import gradwire.server.sync.UpdatePolicy;
import gradwire.transport.Farewell;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.StaleIncarnationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The workers of a run as one shard sees them: which incarnation is theirs, what was taken from
 * them, who is away, who has left. Called under the shard's lock.
 *
 * <p>A push is taken when it arrives and done when it is applied or dropped. What is done is kept
 * in the shard's table with the weights that it went into; what is only taken is forgotten when its
 * worker's line breaks or the server ends, and comes again.
 */
final class Members implements UpdatePolicy.Workers {
  private static final int NO_LINE = -1;

  private static final class Member {
    private int incarnation = ShardTable.NONE;
    private long taken;
    private long done;
    private Outcome outcome = Outcome.NONE;
    private long applied;
    private long dropped;
    private boolean left;

    /** One of its owners has left: nothing is left to do for it here, whoever comes again. */
    private boolean isThrough;

    private boolean lost;
    private boolean away;
    private long numAbsences;

    /** The line that is heeded: the latest that was opened. */
    private int line = NO_LINE;
  }

  private final Member[] members;
  private long duplicatesRefused;

  Members(int numWorkers) {
    members = new Member[numWorkers];
    Arrays.setAll(members, worker -> new Member());
  }

  /** As they were when the table was written; all but those who left are away. */
  static Members of(ShardTable table) {
    Members members = new Members(table.numWorkers());
    members.duplicatesRefused = table.duplicatesRefused();
    for (int worker = 0; worker < table.numWorkers(); worker++) {
      ShardTable.Row row = table.row(worker);
      Member member = members.members[worker];
      member.incarnation = row.incarnation();
      member.taken = row.sequence();
      member.done = row.sequence();
      member.outcome = row.outcome();
      member.applied = row.applied();
      member.dropped = row.dropped();
      member.left = row.left();
      member.isThrough = row.left();
      member.away = !row.left();
    }
    return members;
  }

  /** As they were in a checkpoint; nobody has come yet. */
  static Members at(List<Progress> replicas) {
    Members members = new Members(replicas.size());
    for (int worker = 0; worker < replicas.size(); worker++) {
      Progress progress = replicas.get(worker);
      Member member = members.members[worker];
      member.taken = progress.sequence();
      member.done = progress.sequence();
      member.outcome = progress.outcome();
      member.applied = progress.applied();
      member.dropped = progress.dropped();
    }
    return members;
  }

  /** What of them outlives the machine. */
  List<Progress> progress() {
    return Arrays.stream(members)
        .map(member -> new Progress(member.done, member.outcome, member.applied, member.dropped))
        .toList();
  }

  void writeTo(ShardTable table) {
    for (int worker = 0; worker < members.length; worker++) {
      Member member = members[worker];
      table.setRow(
          worker,
          member.incarnation,
          member.done,
          member.outcome,
          member.applied,
          member.dropped,
          member.isThrough);
    }
  }

  @Override
  public int size() {
    return members.length;
  }

  /** What a worker that joins was before. */
  enum Joined {
    /** A process, or an owner of the replica, that is new here. */
    ANOTHER_START,
    /** A new line of the start that is here. */
    ANOTHER_LINE,
    /** Here over this very line: the message came twice. */
    AGAIN
  }

  /**
   * A worker's n-th start, or a new line of the one that is here. Older starts and older lines are
   * fenced off from here on, and what was only taken of a start before is forgotten.
   */
  Joined join(int worker, int incarnation, int line) {
    Member member = member(worker);
    if (incarnation < member.incarnation) {
      throw stale(worker, incarnation, member.incarnation);
    }
    if (incarnation == member.incarnation && line < member.line) {
      throw replaced(worker, line, member.line);
    }
    boolean again = line == member.line;
    member.line = line;
    member.away = false;
    if (incarnation == member.incarnation && again) {
      return Joined.AGAIN;
    }
    member.left = false;
    if (incarnation == member.incarnation) {
      return Joined.ANOTHER_LINE;
    }
    member.incarnation = incarnation;
    member.taken = member.done;
    member.lost = false;
    return Joined.ANOTHER_START;
  }

  /** What was taken of a worker, and not done, is forgotten: it will come again. */
  void forgetTaken(int worker) {
    member(worker).taken = member(worker).done;
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

  /** Something came from the worker over {@code line}; refused unless that is its latest. */
  void heard(int worker, int line) {
    Member member = member(worker);
    if (line != member.line) {
      throw replaced(worker, line, member.line);
    }
    member.away = false;
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
    if (push.sequence() <= member.taken) {
      duplicatesRefused++;
      return false;
    }
    if (push.sequence() != member.taken + 1) {
      throw new GradwireException(
          push
              + ": expected push "
              + (member.taken + 1)
              + " of this worker next; a push was lost on the way, resend from there");
    }
    member.taken = push.sequence();
    return true;
  }

  void applied(Push push) {
    Member member = member(push.worker());
    member.applied++;
    done(member, push, Outcome.APPLIED);
  }

  void dropped(Push push) {
    Member member = member(push.worker());
    member.dropped++;
    done(member, push, Outcome.LATE);
  }

  private static void done(Member member, Push push, Outcome outcome) {
    member.done = push.sequence();
    member.outcome = outcome;
  }

  /** What became of a push that was taken before and waits for nothing. */
  Outcome outcomeOf(Push push) {
    Member member = member(push.worker());
    return push.sequence() == member.done
        ? member.outcome
        : push.sequence() > member.done ? Outcome.FINISHED : Outcome.DUPLICATE;
  }

  /** The worker's last push that is applied or dropped; 0 if none is. */
  long lastDone(int worker) {
    return member(worker).done;
  }

  @Override
  public long applied(int worker) {
    return member(worker).applied;
  }

  @Override
  public boolean hasLeft(int worker) {
    return member(worker).left;
  }

  Farewell leave(int worker) {
    Member member = member(worker);
    member.left = true;
    member.isThrough = true;
    return new Farewell(member.applied, member.dropped);
  }

  /**
   * Notes that a worker's line ended. Nobody waits for one that came only to leave once more, as an
   * owner does who had not heard that the one before had left.
   *
   * @return whether it was the one it has, and it had not left; it is away now, or has left
   */
  boolean goAway(int worker, int incarnation, int line) {
    Member member = member(worker);
    boolean present = !member.left && !member.lost && member.incarnation == incarnation;
    if (!present || member.line != line) {
      return false;
    }
    member.taken = member.done;
    member.left = member.isThrough;
    member.away = !member.left;
    member.numAbsences++;
    return true;
  }

  boolean isAway(int worker) {
    return member(worker).away;
  }

  /** How often it has gone away: tells one absence from a later one. */
  long numAbsences(int worker) {
    return member(worker).numAbsences;
  }

  void lose(int worker) {
    member(worker).lost = true;
  }

  /** The run is resumed after a stop: all who left will be here again. */
  void comeBack() {
    for (Member member : members) {
      member.left = false;
      member.isThrough = false;
      member.away = true;
    }
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

  private static GradwireException replaced(int worker, int line, int latest) {
    return new GradwireException(
        "worker-%d: expected it on its line %d, got a message over line %d; open a session over the line first"
            .formatted(worker, latest, line));
  }

  private static GradwireException stale(int worker, int incarnation, int current) {
    String expected =
        "worker-" + worker + " incarnation " + incarnation + ": expected incarnation " + current;
    return current < incarnation
        ? new GradwireException(expected + "; it must open a session first")
        : new StaleIncarnationException(expected + "; another has taken its place, end this one");
  }
}
