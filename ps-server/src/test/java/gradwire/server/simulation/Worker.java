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
    DECLARING_FIRST,
    DECLARING_ELSEWHERE,
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
    private float[] weights;
    private long step;
    private long lastStep;
    private int numLines;

    /** Whether the server has answered over the present line: nothing is asked before. */
    private boolean isOpen;

    Link(int server, int numFloats) {
      this.server = server;
      this.weights = new float[numFloats];
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
  private final Runnable noRoom;
  private int incarnation = -1;
  private Link[] links = {};
  private Phase phase = Phase.OPENING;
  private long sequence;

  /** The last push that any server had as this process joined. */
  private long begun;

  /** Whether this process has told the servers where the run ends. */
  private boolean declared;

  private boolean alive;

  /**
   * @param messageCame told of every answer
   * @param noRoom told when a server has refused the chief's shard for want of room
   */
  Worker(
      int index,
      Scenario scenario,
      List<Server> servers,
      Events events,
      Rules rules,
      Runnable messageCame,
      Runnable noRoom) {
    this.index = index;
    this.scenario = scenario;
    this.servers = servers;
    this.events = events;
    this.rules = rules;
    this.messageCame = messageCame;
    this.noRoom = noRoom;
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
    declared = false;
    links =
        servers.stream()
            .map(server -> new Link(server.index(), scenario.numFloats()))
            .toArray(Link[]::new);
    for (Link link : links) {
      openLine(link);
    }
  }

  void die() {
    if (phase != Phase.DONE) {
      end("is killed");
    }
  }

  /** Whatever it had done: it begins again, too. */
  void goWithTheMachine() {
    end("is gone with its machine");
  }

  private void end(String why) {
    if (alive) {
      events.note(name() + " " + why);
      alive = false;
      phase = Phase.OPENING;
      for (Link link : links) {
        requireNonNull(link.line).drop("worker died");
      }
      events.soon(this::start);
    }
  }

  int index() {
    return index;
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
    int number = link.numLines++;
    Line line = server.lineFor(new Line(events, server, index, incarnation, number, this));
    link.line = line;
    link.isOpen = false;
    ask(
        line,
        new Question.Open(
            new OpenRequest(
                index,
                scenario.numWorkers(),
                incarnation,
                number,
                7,
                index == 0 ? Optional.of(scenario.settings(link.server)) : Optional.empty(),
                Optional.empty())));
    if (server.isCutOff(index)) {
      line.breakNow("no way to it");
    }
  }

  private void ask(Line line, Question question) {
    line.ask(question, events.chance(scenario.oneTwiceIn()));
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
      case Answer.Declared(long lastStep) -> {
        link.unanswered = null;
        link.lastStep = lastStep;
      }
      case Answer.Got got -> got(link, got);
      case Answer.Refused(String why) -> refused(why);
    }
    if (alive && Arrays.stream(links).allMatch(Link::isSettled)) {
      next();
    }
  }

  private void refused(String why) {
    if (!why.endsWith(Server.NO_ROOM)) {
      throw new Violation(name() + " is refused: " + why);
    }
    noRoom.run();
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
    boolean tooFar = sequence > scenario.endsAfter() && outcome == Outcome.FINISHED;
    if (!tooFar && (outcome == Outcome.LATE || outcome == Outcome.FINISHED)) {
      throw new Violation(name() + ": " + link.unanswered + " was not applied: " + outcome);
    }
    link.unanswered = null;
    link.weights = got.weights();
    link.step = got.head().step();
    link.lastStep = got.head().lastStep();
  }

  private void next() {
    switch (phase) {
      case OPENING -> {
        List<OpenReply> replies =
            Arrays.stream(links).map(link -> requireNonNull(link.first)).toList();
        sequence = rules.goesOnAfter(replies);
        begun = replies.stream().mapToLong(OpenReply::sequence).max().orElseThrow();
        OptionalLong step = rules.firstStep(scenario, incarnation, replies);
        askAll(Phase.PULLING, server -> new Question.Pull(index, incarnation, step));
      }
      case PULLING, PUSHING -> {
        if (index == 0 && isToEndTheRun()) {
          phase = Phase.DECLARING_FIRST;
          ask(links[0], new Question.DeclareLastStep(index, incarnation, links[0].step));
        } else {
          trainOn();
        }
      }
      case DECLARING_FIRST -> {
        phase = Phase.DECLARING_ELSEWHERE;
        for (int server = 1; server < links.length; server++) {
          ask(links[server], new Question.DeclareLastStep(index, incarnation, links[0].lastStep));
        }
        if (links.length == 1) {
          next();
        }
      }
      case DECLARING_ELSEWHERE -> {
        declared = true;
        trainOn();
      }
      case AWAITING_OTHERS -> leave();
      case LEAVING -> phase = Phase.DONE;
      case DONE -> {}
    }
  }

  /** Where it is due, and where an earlier process may have told only some of the servers. */
  private boolean isToEndTheRun() {
    boolean due =
        links[0].step == scenario.endsAfter() && scenario.endsAfter() < scenario.numSteps();
    return due && !declared;
  }

  private void trainOn() {
    if (!isOver() || sequence < begun) {
      sequence++;
      askAll(Phase.PUSHING, this::push);
    } else if (index == 0) {
      askAll(Phase.AWAITING_OTHERS, server -> new Question.AwaitOthers(index, incarnation));
    } else {
      leave();
    }
  }

  private boolean isOver() {
    return scenario.inStep() ? links[0].step >= links[0].lastStep : sequence >= scenario.numSteps();
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
        gradient[i] = 0.5f * mine[i] + 0.25f * others[i] + 0.1f * (index * index + i);
      }
    }
    if (sequence <= scenario.numSteps()) {
      gradient[index * scenario.numSteps() + (int) sequence - 1] += 1;
    }
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

  private void ask(Link link, Question question) {
    link.unanswered = question;
    if (link.isOpen) {
      ask(requireNonNull(link.line), question);
    }
  }
}
