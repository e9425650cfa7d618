package gradwire.server.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A stream between a worker and a server process: in order each way, as slow as it likes, and
 * broken at any moment. What was under way when it broke arrives later or never. One thread.
 */
final class Line {
  /** Who holds the worker's end. */
  interface Holder {
    void answered(Line line, Answer answer);

    void broken(Line line);
  }

  private final String name;
  private final Events events;
  private final Server server;
  private final long process;
  private final int worker;
  private final int incarnation;
  private final Holder holder;

  /** Empty: the end of the line. */
  private final Deque<Optional<Question>> toServer = new ArrayDeque<>();

  private final Deque<Optional<Answer>> toWorker = new ArrayDeque<>();
  private long lastToServer;
  private long lastToWorker;
  private long stuckUntil;
  private boolean broken;
  private boolean dropped;

  Line(String name, Events events, Server server, int worker, int incarnation, Holder holder) {
    this.name = name;
    this.events = events;
    this.server = server;
    this.process = server.process();
    this.worker = worker;
    this.incarnation = incarnation;
    this.holder = holder;
  }

  Server server() {
    return server;
  }

  int worker() {
    return worker;
  }

  int incarnation() {
    return incarnation;
  }

  boolean isBroken() {
    return broken;
  }

  void ask(Question question) {
    if (!broken) {
      toServer(Optional.of(question));
    }
  }

  private void toServer(Optional<Question> question) {
    toServer.add(question);
    lastToServer = Math.max(lastToServer, events.now() + events.delay());
    events.at(lastToServer, this::arriveAtServer);
  }

  private void arriveAtServer() {
    if (events.now() < stuckUntil) {
      events.at(stuckUntil, this::arriveAtServer);
    } else {
      arrive(toServer.poll(), question -> server.asked(this, question), () -> server.ended(this));
    }
  }

  void answer(Answer answer) {
    if (!broken && server.isProcess(process)) {
      toWorker(Optional.of(answer));
    }
  }

  private void toWorker(Optional<Answer> answer) {
    toWorker.add(answer);
    lastToWorker = Math.max(lastToWorker, events.now() + events.delay());
    events.at(lastToWorker, this::arriveAtWorker);
  }

  private void arriveAtWorker() {
    if (events.now() < stuckUntil) {
      events.at(stuckUntil, this::arriveAtWorker);
    } else if (!dropped) {
      arrive(toWorker.poll(), answer -> holder.answered(this, answer), () -> holder.broken(this));
    }
  }

  @SuppressWarnings({"OptionalAssignedToNull", "NullAway"}) // a poll of an empty queue
  private static <T> void arrive(Optional<T> message, Consumer<T> each, Runnable end) {
    if (message != null) {
      message.ifPresentOrElse(each, end);
    }
  }

  /** Nothing arrives for a while. */
  void stick() {
    events.note(name + " sticks");
    stuckUntil = events.now() + 1 + events.random().nextInt(500);
  }

  /** Both ends find out, in their time. */
  void breakNow(String why) {
    if (!broken) {
      broken = true;
      events.note(name + " breaks: " + why);
      toServer
          .clear(); // what may not arrive late: docs/assumptions.md, "a replaced line is silent"
      if (events.chance(2)) {
        toWorker.clear();
      }
      toServer(Optional.empty());
      toWorker(Optional.empty());
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
