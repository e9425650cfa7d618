package gradwire.server.simulation;

import static java.util.Objects.requireNonNull;

import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A worker's place: one process after another that follows the protocol. */
final class Worker implements Line.Holder {
  private enum Phase {
    OPENING,
    PULLING,
    PUSHING,
    AWAITING_OTHERS,
    LEAVING,
    DONE
  }

  /** What this process has with one server. */
  private static final class Link {
    private final int server;
    private @Nullable Line line;
    private @Nullable OpenReply first;
    private @Nullable Question unanswered;
    private float[] weights = {};
    private long step;

    /** Whether the server has answered over the present line: nothing is asked before. */
    private boolean isOpen;

    Link(int server) {
      this.server = server;
    }

    boolean isSettled() {
      return first != null && unanswered == null;
    }
  }

  private final int index;
  private final Scenario scenario;
  private final List<Server> servers;
  private final Events events;
  private final Rules rules;
  private final Runnable messageCame;
  private int incarnation = -1;
  private int numLines;
  private Link[] links = {};
  private Phase phase = Phase.OPENING;
  private long sequence;
  private boolean alive;

  Worker(
      int index,
      Scenario scenario,
      List<Server> servers,
      Events events,
      Rules rules,
      Runnable messageCame) {
    this.index = index;
    this.scenario = scenario;
    this.servers = servers;
    this.events = events;
    this.rules = rules;
    this.messageCame = messageCame;
  }

  private String name() {
    return "worker-" + index + "." + incarnation;
  }

  /** The next incarnation. */
  void start() {
    incarnation++;
    events.note(name() + " starts");
    alive = true;
    phase = Phase.OPENING;
    links = servers.stream().map(server -> new Link(server.index())).toArray(Link[]::new);
    for (Link link : links) {
      openLine(link);
    }
  }

  void die() {
    if (alive && phase != Phase.DONE) {
      events.note(name() + " is killed");
      alive = false;
      for (Link link : links) {
        requireNonNull(link.line).drop("worker died");
      }
      events.soon(this::start);
    }
  }

  boolean isDone() {
    return phase == Phase.DONE;
  }

  Line line(int server) {
    return requireNonNull(links[server].line);
  }

  boolean isAlive() {
    return alive;
  }

  private void openLine(Link link) {
    Server server = servers.get(link.server);
    String name = name() + ">ps-" + link.server + "#" + numLines++;
    Line line = server.lineFor(new Line(name, events, server, index, incarnation, this));
    link.line = line;
    link.isOpen = false;
    line.ask(
        new Question.Open(
            new OpenRequest(
                index,
                scenario.numWorkers(),
                incarnation,
                7,
                index == 0 ? Optional.of(scenario.settings(link.server)) : Optional.empty(),
                Optional.empty())));
  }

  @Override
  public void broken(Line line) {
    Link link = links[line.server().index()];
    if (alive && line.equals(link.line)) {
      line.drop("noticed");
      events.at(events.now() + 1 + events.random().nextInt(20), () -> mend(link, line));
    }
  }

  private void mend(Link link, Line old) {
    boolean present = alive && old.equals(link.line) && link == links[link.server];
    if (present && !isDone()) {
      openLine(link);
    }
  }

  @Override
  public void answered(Line line, Answer answer) {
    Link link = links[line.server().index()];
    if (!alive || isDone() || !line.equals(link.line)) {
      return;
    }
    events.note(line + " answers " + answer);
    messageCame.run();
    switch (answer) {
      case Answer.Opened(OpenReply reply) -> opened(link, reply);
      case Answer.Taken() -> link.unanswered = null;
      case Answer.Got got -> got(link, got);
      case Answer.Refused(String why) -> throw new Violation(name() + " is refused: " + why);
    }
    if (Arrays.stream(links).allMatch(Link::isSettled)) {
      next();
    }
  }

  private void opened(Link link, OpenReply reply) {
    boolean again = link.first != null;
    link.isOpen = true;
    if (!again) {
      link.first = reply;
      if (index == 0 && !reply.initialized()) {
        ask(link, new Question.Initialize(index, incarnation, scenario.numFloats()));
      }
    } else if (link.unanswered != null && rules.asksAgain()) {
      rules
          .again(link.unanswered)
          .ifPresentOrElse(question -> ask(link, question), () -> link.unanswered = null);
    }
  }

  private void got(Link link, Answer.Got got) {
    Outcome outcome = got.head().outcome();
    if (outcome == Outcome.LATE || outcome == Outcome.FINISHED) {
      throw new Violation(name() + ": " + link.unanswered + " was not applied: " + outcome);
    }
    link.unanswered = null;
    link.weights = got.weights();
    link.step = got.head().step();
  }

  private void next() {
    switch (phase) {
      case OPENING -> {
        List<OpenReply> replies =
            Arrays.stream(links).map(link -> requireNonNull(link.first)).toList();
        sequence = rules.goesOnAfter(replies);
        OptionalLong step = rules.firstStep(scenario, incarnation, replies);
        askAll(Phase.PULLING, server -> new Question.Pull(index, incarnation, step));
      }
      case PULLING, PUSHING -> {
        if (sequence < scenario.numSteps()) {
          sequence++;
          askAll(Phase.PUSHING, this::push);
        } else if (index == 0) {
          askAll(Phase.AWAITING_OTHERS, server -> new Question.AwaitOthers(index, incarnation));
        } else {
          leave();
        }
      }
      case AWAITING_OTHERS -> leave();
      case LEAVING -> phase = Phase.DONE;
      case DONE -> {}
    }
  }

  private void leave() {
    askAll(Phase.LEAVING, server -> new Question.Leave(index, incarnation));
  }

  private Question push(int server) {
    Push push = new Push(index, incarnation, sequence, links[server].step);
    return new Question.PushOf(push, gradient(server));
  }

  private float[] gradient(int server) {
    float[] gradient = new float[scenario.numFloats()];
    if (scenario.dependent()) {
      float[] mine = links[server].weights;
      float[] others = links[(server + 1) % links.length].weights;
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = 0.5f * mine[i] + 0.25f * others[i];
      }
    }
    gradient[index * scenario.numSteps() + (int) sequence - 1] += 1;
    return gradient;
  }

  private void askAll(Phase next, IntFunction<Question> question) {
    phase = next;
    Question[] questions = new Question[links.length];
    Arrays.setAll(questions, question);
    for (Link link : links) {
      ask(link, questions[link.server]);
    }
  }

  private static void ask(Link link, Question question) {
    link.unanswered = question;
    if (link.isOpen) {
      requireNonNull(link.line).ask(question);
    }
  }
}
