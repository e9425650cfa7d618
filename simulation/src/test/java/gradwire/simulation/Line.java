package gradwire.simulation;

import gradwire.transport.OpenRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A stream between a worker and a server process: in order each way, as slow as it likes, and
 * broken at any moment. Of what was under way when it broke, the first part arrives later, the rest
 * never. Questions may come twice. One thread.
 */
final class Line {
  /** Who holds the worker's end. */
  interface Holder {
    void answered(Line line, Answer answer);

    void broken(Line line);
  }

  /** Ticks after which a question may come a second time, maybe long after its line's end. */
  private static final int LATEST_AGAIN = 400;

  private final String name;
  private final Events events;
  private final Server server;
  private final long process;
  private final int worker;
  private final int replica;
  private final int incarnation;
  private final int number;
  private final Holder holder;

  /** Empty: the end of the line. */
  private final Deque<Optional<Asked>> toServer = new ArrayDeque<>();

  private final Deque<Optional<Answered>> toWorker = new ArrayDeque<>();
  private long lastToServer;
  private long lastToWorker;
  private long stuckToServerUntil;
  private long stuckToWorkerUntil;
  private long numAsked;

  /** The last of each kind that waits for its answer; 0: none. */
  private long exchange;

  private long other;
  private boolean broken;
  private boolean dropped;

  /** A question, and which of the line's it is. */
  private record Asked(long number, Question question) {}

  /** An answer, and to which question. */
  private record Answered(long number, Answer answer) {}

  /**
   * @param worker whose process holds it
   * @param request what it will be opened with
   */
  Line(Events events, Server server, int worker, OpenRequest request, Holder holder) {
    this.worker = worker;
    this.replica = request.worker();
    this.incarnation = request.incarnation();
    this.number = request.line();
    this.name =
        "worker-%d>ps-%d#%d(replica-%d.%d)"
            .formatted(worker, server.index(), number, replica, incarnation);
    this.events = events;
    this.server = server;
    this.process = server.process();
    this.holder = holder;
  }

  Server server() {
    return server;
  }

  int worker() {
    return worker;
  }

  int replica() {
    return replica;
  }

  int incarnation() {
    return incarnation;
  }

  int number() {
    return number;
  }

  /** Asks; answers to earlier questions of the same kind come no more. */
  void ask(Question question, boolean twice) {
    if (!broken) {
      Asked asked = new Asked(++numAsked, question);
      if (question.isExchange()) {
        exchange = numAsked;
      } else {
        other = numAsked;
      }
      toServer(Optional.of(asked));
      if (twice) {
        long again = lastToServer + events.random().nextInt(LATEST_AGAIN);
        events.at(again, () -> arriveAtServer(asked));
      }
    }
  }

  private void toServer(Optional<Asked> asked) {
    toServer.add(asked);
    lastToServer = Math.max(lastToServer, events.now() + events.delay());
    events.at(lastToServer, this::arriveAtServer);
  }

  private void arriveAtServer() {
    if (events.now() < stuckToServerUntil) {
      events.at(stuckToServerUntil, this::arriveAtServer);
    } else {
      arrive(toServer.poll(), this::arriveAtServer, () -> server.ended(this));
    }
  }

  private void arriveAtServer(Asked asked) {
    server.asked(this, asked.number(), asked.question());
  }

  /** Answers the line's n-th question. */
  void answer(long asked, Answer answer) {
    if (!broken && server.isProcess(process)) {
      toWorker(Optional.of(new Answered(asked, answer)));
    }
  }

  private void toWorker(Optional<Answered> answer) {
    toWorker.add(answer);
    lastToWorker = Math.max(lastToWorker, events.now() + events.delay());
    events.at(lastToWorker, this::arriveAtWorker);
  }

  private void arriveAtWorker() {
    if (events.now() < stuckToWorkerUntil) {
      events.at(stuckToWorkerUntil, this::arriveAtWorker);
    } else if (!dropped) {
      arrive(toWorker.poll(), this::arriveAtWorker, () -> holder.broken(this));
    }
  }

  /** Only the first answer to a kind's last question is listened to. */
  private void arriveAtWorker(Answered answered) {
    boolean toExchange = answered.number() == exchange;
    boolean toOther = answered.number() == other;
    exchange = toExchange ? 0 : exchange;
    other = toOther ? 0 : other;
    if (toExchange || toOther) {
      holder.answered(this, answered.answer());
    }
  }

  @SuppressWarnings({"OptionalAssignedToNull", "NullAway"}) // a poll of an empty queue
  private static <T> void arrive(Optional<T> message, Consumer<T> each, Runnable end) {
    if (message != null) {
      message.ifPresentOrElse(each, end);
    }
  }

  /** Nothing arrives for a while: at the server, at the worker, or at either. */
  void stick(long until) {
    int where = events.random().nextInt(3);
    events.note(name + " sticks until " + until + ", " + where);
    stuckToServerUntil = where == 1 ? stuckToServerUntil : until;
    stuckToWorkerUntil = where == 2 ? stuckToWorkerUntil : until;
  }

  /** Both ends find out, in their time. */
  void breakNow(String why) {
    if (!broken) {
      broken = true;
      events.note(name + " breaks: " + why);
      lose(toServer);
      lose(toWorker);
      if (events.chance(4)) {
        stuckToServerUntil =
            Math.max(stuckToServerUntil, events.now() + events.random().nextInt(300));
      }
      toServer(Optional.empty());
      toWorker(Optional.empty());
    }
  }

  private void lose(Deque<?> underWay) {
    for (int lost = events.random().nextInt(underWay.size() + 1); lost > 0; lost--) {
      underWay.removeLast();
    }
  }

  /** The worker listens no more. */
  void drop(String why) {
    breakNow(why);
    dropped = true;
  }

  /** Whether it leads to the process that is there now. */
  boolean isToPresentProcess() {
    return server.isProcess(process);
  }

  @Override
  public String toString() {
    return name;
  }
}
