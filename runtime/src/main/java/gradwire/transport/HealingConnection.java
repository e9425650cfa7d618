package gradwire.transport;

import gradwire.error.GradwireException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A line that is replaced when it breaks: the session is opened again, by the same incarnation over
 * its next line, and what is not answered is asked again. A server applies a push once, however
 * often it is sent, so whoever uses this connection sees a pause and nothing else. One thread.
 *
 * <p>A server that comes back must have all that it acknowledged; one that has not is refused by
 * name. When for a bounded time no answer has come, over however many lines, the last failure is
 * the caller's.
 */
public final class HealingConnection implements ShardConnection {
  private final String server;
  private final Supplier<ShardConnection> lines;
  private final RetryPace pace;
  private final LineNumbers numbers;
  private @Nullable ShardConnection line;
  private @Nullable OpenRequest session;
  private @Nullable OpenReply opened;
  private Request underWay = new Request.Nothing();

  /** Whether some call is at work here, be it that its wait has led to {@link #lookAfter}. */
  private boolean isBusy;

  private Runnable whileWaiting = () -> {};

  /** What became of the push whose weights are still coming; null until that is known. */
  private @Nullable Outcome told;

  /** The answer to the last request once all of it is here. */
  private @Nullable Weights whole;

  // What the server is known to have, which it must not lose.
  private boolean initialized;
  private long step;
  private long acknowledged;

  /** The push under way; acknowledged when its answer comes. */
  private long pushed;

  /**
   * @param server its name for messages, e.g. {@code ps-0}
   * @param lines makes a line to where the server is now; a {@link LineBrokenException} from it, or
   *     from the line, is tried again
   * @param numbers of all lines of this process to that server
   * @param patience how long it is tried without an answer
   */
  public HealingConnection(
      String server, Supplier<ShardConnection> lines, LineNumbers numbers, Duration patience) {
    this(server, lines, numbers, patience, RetryPace.Time.SYSTEM);
  }

  HealingConnection(
      String server,
      Supplier<ShardConnection> lines,
      LineNumbers numbers,
      Duration patience,
      RetryPace.Time time) {
    this.server = server;
    this.lines = lines;
    this.numbers = numbers;
    this.pace = new RetryPace(server, patience, time);
  }

  @Override
  public OpenReply open(OpenRequest request) {
    session = request;
    attempt(() -> openLine(request));
    pace.answered();
    return Objects.requireNonNull(opened);
  }

  private void openLine(OpenRequest request) {
    ShardConnection fresh = lines.get();
    line = fresh;
    fresh.watch(whileWaiting);
    OpenReply reply = fresh.open(request.over(numbers.next()));
    expectNothingLost(reply);
    opened = reply;
    initialized |= reply.initialized();
    step = reply.step();
  }

  private void expectNothingLost(OpenReply reply) {
    if (initialized && !reply.initialized()
        || reply.sequence() < acknowledged
        || reply.step() < step) {
      throw new GradwireException(
          "%s has lost updates: expected step %d and push %d of this worker, got %s; resume from a checkpoint"
              .formatted(
                  server,
                  step,
                  acknowledged,
                  reply.initialized()
                      ? "step " + reply.step() + " and push " + reply.sequence()
                      : "a server without values"));
    }
  }

  /** Puts a new line in the place of the broken one, with all that is under way asked again. */
  private void mend(LineBrokenException broken) {
    LineBrokenException why = broken;
    while (true) {
      dropLine();
      pace.awaitNextAttempt(why);
      whileWaiting.run();
      try {
        openLine(Objects.requireNonNull(session, "open comes first"));
        underWay.send(Objects.requireNonNull(line));
        pace.lineIsBack();
        return;
      } catch (LineBrokenException again) {
        why = again;
      }
    }
  }

  private void dropLine() {
    ShardConnection broken = line;
    line = null;
    if (broken != null) {
      broken.close();
    }
  }

  @Override
  public void watch(Runnable whileWaiting) {
    this.whileWaiting = whileWaiting;
    if (line != null) {
      line.watch(whileWaiting);
    }
  }

  @Override
  public void initialize(MemorySegment values) {
    begin(new Request.Initialize(values));
    initialized = true;
    underWay = new Request.Nothing();
    pace.answered();
  }

  @Override
  public void push(Push push, MemorySegment gradient, MemorySegment weights) {
    pushed = push.sequence();
    begin(new Request.WholePush(push, gradient, weights));
  }

  @Override
  public void beginPush(Push push, MemorySegment gradient, MemorySegment weights) {
    pushed = push.sequence();
    begin(new Request.PieceByPiece(push, gradient, weights));
  }

  @Override
  public void pushPiece(long begin, long length) {
    if (!(underWay instanceof Request.PieceByPiece push)) {
      throw new IllegalStateException(server + ": beginPush comes first");
    }
    push.pieces().add(new Request.PieceByPiece.Piece(begin, length));
    attempt(() -> line().pushPiece(begin, length));
  }

  @Override
  public void pull(OptionalLong step, MemorySegment weights) {
    pushed = 0;
    begin(new Request.Pull(step, weights));
  }

  private void begin(Request request) {
    underWay = request;
    told = null;
    whole = null;
    attempt(() -> request.send(line()));
  }

  /** Where the line breaks at it, all that is under way goes over a new one. */
  private void attempt(Runnable call) {
    isBusy = true;
    try {
      call.run();
    } catch (LineBrokenException broken) {
      mend(broken);
    } finally {
      isBusy = false;
    }
  }

  @Override
  public void lookAfter() {
    if (!isBusy && !(underWay instanceof Request.Nothing)) {
      attempt(() -> line().lookAfter());
    }
  }

  @Override
  public boolean awaitVerdict() {
    return answer(ShardConnection::awaitVerdict);
  }

  @Override
  public Weights awaitStep() {
    return whole != null ? whole : headHasCome(answer(ShardConnection::awaitStep));
  }

  @Override
  public void awaitFloats(long numFloats) {
    if (told == null) {
      var unused = awaitStep();
    }
    if (whole == null) {
      var unused =
          answer(
              present -> {
                present.awaitFloats(numFloats);
                return numFloats;
              });
    }
  }

  @Override
  public Weights awaitWeights() {
    Weights present = whole;
    if (present == null) {
      present = headHasCome(answer(ShardConnection::awaitWeights));
      whole = present;
      underWay = new Request.Nothing();
    }
    return present;
  }

  /**
   * Notes what the server is known to have. From here on the gradient may be overwritten, and a new
   * line is asked for the weights alone.
   */
  private Weights headHasCome(Weights head) {
    Outcome outcome = told;
    if (outcome == null) {
      outcome = head.outcome();
      told = outcome;
      underWay = underWay.forTheRest();
      if (outcome == Outcome.APPLIED || outcome == Outcome.DUPLICATE) {
        acknowledged = Math.max(acknowledged, pushed);
      }
    }
    step = Math.max(step, head.step());
    return new Weights(outcome, head.step(), head.lastStep());
  }

  @Override
  public String carrier() {
    return line().carrier();
  }

  @Override
  public boolean sharesMemory() {
    return line != null && line.sharesMemory();
  }

  @Override
  public long declareLastStep(long step) {
    return answer(present -> present.declareLastStep(step));
  }

  @Override
  public void awaitOthers() {
    var unused =
        answer(
            present -> {
              present.awaitOthers();
              return true;
            });
  }

  @Override
  public Farewell leave() {
    return answer(ShardConnection::leave);
  }

  /** Waits over one line, or over as many as it takes. */
  private <T> T answer(Function<ShardConnection, T> wait) {
    isBusy = true;
    try {
      while (true) {
        try {
          T result = wait.apply(line());
          pace.answered();
          return result;
        } catch (LineBrokenException broken) {
          mend(broken);
        }
      }
    } finally {
      isBusy = false;
    }
  }

  private ShardConnection line() {
    return Objects.requireNonNull(line, "open comes first, and nothing after a failure");
  }

  @Override
  public void close() {
    dropLine();
  }
}
