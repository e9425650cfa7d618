package gradwire.simulation;

import static java.util.Objects.requireNonNull;

import gradwire.error.GradwireException;
import gradwire.transport.Farewell;
import gradwire.transport.LineBrokenException;
import gradwire.transport.OpenReply;
import gradwire.transport.OpenRequest;
import gradwire.transport.Push;
import gradwire.transport.ShardConnection;
import gradwire.transport.StaleIncarnationException;
import gradwire.transport.Weights;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A worker's end of one {@link Line}, as the worker's own code sees it. The process's thread. */
final class SimulatedConnection implements ShardConnection, Line.Holder {
  /** Longer than any run. */
  private static final long FOREVER = Long.MAX_VALUE / 2;

  private static final IOException CUT = new IOException("cut");

  private final Process process;
  private final Server server;
  private final Events events;
  private final Rules rules;
  private final Surroundings around;
  private Runnable whileWaiting = () -> {};
  private @Nullable Line line;
  private int replica;
  private int incarnation;

  /** To the last push or pull; its floats may be awaited only after something else was asked. */
  private Answer.@Nullable Got got;

  /** To anything else. */
  private @Nullable Answer answer;

  private @Nullable GradwireException refusal;

  /** Whether the floats that were got are here, too. */
  private boolean isWhole;

  private boolean broken;
  private MemorySegment weights = MemorySegment.NULL;

  SimulatedConnection(
      Process process, Server server, Events events, Rules rules, Surroundings around) {
    this.process = process;
    this.server = server;
    this.events = events;
    this.rules = rules;
    this.around = around;
    process.atItsEnd(this::close);
  }

  @Override
  public OpenReply open(OpenRequest request) {
    replica = request.worker();
    incarnation = request.incarnation();
    Line fresh = server.lineFor(new Line(events, server, process.worker(), request, this));
    line = fresh;
    if (server.isCutOff(process.worker())) {
      fresh.breakNow("no way to it");
    }
    OpenReply reply = ask(new Question.Open(request), Answer.Opened.class).reply();
    return rules.opened(reply, around.mostPushes(replica));
  }

  @Override
  public void initialize(MemorySegment values) {
    int numFloats = (int) (values.byteSize() / Float.BYTES);
    var unused = ask(new Question.Initialize(replica, incarnation, numFloats), Answer.Taken.class);
  }

  @Override
  public void push(Push push, MemorySegment gradient, MemorySegment weights) {
    this.weights = weights;
    beginExchange(new Question.PushOf(push, gradient.toArray(ValueLayout.JAVA_FLOAT)));
  }

  @Override
  public void beginPush(Push push, MemorySegment gradient, MemorySegment weights) {
    throw new UnsupportedOperationException("no gradient is so large here");
  }

  @Override
  public void pushPiece(long begin, long length) {
    throw new UnsupportedOperationException("no gradient is so large here");
  }

  @Override
  public boolean awaitVerdict() {
    throw new UnsupportedOperationException("no backup workers here");
  }

  @Override
  public void pull(OptionalLong step, MemorySegment weights) {
    this.weights = weights;
    beginExchange(new Question.Pull(replica, incarnation, rules.pulled(step)));
  }

  /** A push or a pull. */
  private void beginExchange(Question question) {
    got = null;
    isWhole = false;
    begin(question);
  }

  private void begin(Question question) {
    process.expectAlive();
    expectLine();
    answer = null;
    requireNonNull(line).ask(question, around.isAskedTwice());
  }

  private <A extends Answer> A ask(Question question, Class<A> kind) {
    begin(question);
    process.await(() -> answer != null || hasFailed(), FOREVER, whileWaiting);
    if (answer == null) {
      expectNoRefusal();
      expectLine();
    }
    return kind.cast(requireNonNull(answer));
  }

  private Answer.Got awaitHead() {
    process.await(() -> got != null || hasFailed(), FOREVER, whileWaiting);
    if (got == null) {
      expectNoRefusal();
      expectLine();
    }
    return requireNonNull(got);
  }

  private boolean hasFailed() {
    return refusal != null || broken;
  }

  private void expectNoRefusal() {
    GradwireException why = refusal;
    if (why instanceof StaleIncarnationException && !around.isTaken(replica, incarnation)) {
      throw new Violation(line + " is refused: " + why.getMessage());
    }
    if (why != null) {
      throw why;
    }
  }

  private void expectLine() {
    if (broken) {
      throw new LineBrokenException(line + ": cut", CUT);
    }
  }

  @Override
  public Weights awaitStep() {
    return awaitHead().head();
  }

  @Override
  public void awaitFloats(long numFloats) {
    var unused = awaitWeights();
  }

  @Override
  public Weights awaitWeights() {
    Answer.Got came = awaitHead();
    process.await(() -> isWhole || broken, FOREVER, whileWaiting);
    if (!isWhole) {
      expectLine();
    }
    MemorySegment.copy(
        came.weights(), 0, weights, ValueLayout.JAVA_FLOAT, 0, came.weights().length);
    return came.head();
  }

  @Override
  public String carrier() {
    return "simulation";
  }

  @Override
  public long declareLastStep(long step) {
    return ask(new Question.DeclareLastStep(replica, incarnation, step), Answer.Declared.class)
        .lastStep();
  }

  @Override
  public void awaitOthers() {
    var unused = ask(new Question.AwaitOthers(replica, incarnation), Answer.Taken.class);
  }

  @Override
  public Farewell leave() {
    var unused = ask(new Question.Leave(replica, incarnation), Answer.Taken.class);
    return new Farewell(0, 0);
  }

  @Override
  public void watch(Runnable whileWaiting) {
    this.whileWaiting = whileWaiting;
  }

  @Override
  public void lookAfter() {
    if (got == null) {
      expectNoRefusal();
      expectLine();
    }
  }

  @Override
  public void close() {
    if (line != null) {
      line.drop(process.isGone() ? "worker died" : "closed");
    }
  }

  @Override
  public void answered(Line from, Answer came) {
    events.note(from + " answers " + came);
    around.messageCame();
    switch (came) {
      case Answer.Got head -> {
        got = head;
        events.at(events.now() + (events.chance(3) ? events.delay() : 0), () -> floatsOf(head));
      }
      case Answer.Refused(GradwireException why) -> refusal = why;
      case Answer.Opened opened -> answer = opened;
      case Answer.Declared declared -> answer = declared;
      case Answer.Taken taken -> answer = taken;
    }
    process.wake();
  }

  private void floatsOf(Answer.Got head) {
    if (head.equals(got) && !broken) {
      isWhole = true;
      process.wake();
    }
  }

  @Override
  public void broken(Line broke) {
    broken = true;
    process.wake();
  }
}
