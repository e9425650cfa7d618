package gradwire.transport.grpc;

import gradwire.error.GradwireException;
import gradwire.trace.Lane;
import gradwire.trace.ServerTrace;
import gradwire.trace.Span;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.ShardService;
import gradwire.transport.TensorBuffer;
import gradwire.transport.Weights;
import gradwire.transport.grpc.FrameOutput.Carriage;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's end of one worker's Exchange stream. Frames come in on the connection's thread; the
 * answer may be sent by another connection's. At most one transfer each way is under way.
 */
final class ExchangeCall extends ServerCall.Listener<InputStream> implements Replier {
  private static final Logger log = LoggerFactory.getLogger(ExchangeCall.class);

  /** A stream that damages more frames than this before a request gets through is broken. */
  static final int MAX_DAMAGED_FRAMES = 300;

  private static final int MESSAGES_AHEAD = 4;

  private final ServerCall<InputStream, InputStream> call;
  private final ShardService service;
  private final Executor connection;
  private final int line;
  private final @Nullable PeerMemory peer;
  private final Transfer transfer;
  private final FrameReader reader;
  private final AnswerSender answers;
  private final ServerTrace trace;

  /** Records what the connection's thread does, once it is known for whom. */
  private Lane lane = Lane.OFF;

  private int worker = -1;
  private int incarnation;
  private int damagedFrames;
  private long requestsForMore;
  private long resendsServed;

  /** A push or pull was taken and not answered yet. */
  private boolean answerDue;

  /** What became of the last push, for a worker that asks again. */
  private Outcome lastOutcome = Outcome.NONE;

  private boolean asksAgain;

  /** Which weights the last request asked for. */
  private OptionalLong pulledStep = OptionalLong.empty();

  private boolean accepted;
  private boolean closed;

  /**
   * @param connection the connection's thread; runs what is not urgent enough to be done under the
   *     shard's lock
   */
  ExchangeCall(
      ServerCall<InputStream, InputStream> call,
      Metadata headers,
      ShardService service,
      BufferPool buffers,
      Executor connection,
      ServerTrace trace) {
    this.call = call;
    this.service = service;
    this.connection = connection;
    this.line = Methods.line(headers);
    Metadata replied = new Metadata();
    this.peer = attach(headers, replied);
    this.transfer = new Transfer(buffers, service::numFloats, peer);
    this.reader = new FrameReader(transfer);
    this.answers = new AnswerSender(call, peer, trace);
    this.trace = trace;
    call.setOnReadyThreshold(Channels.READY_BELOW_BYTES);
    call.sendHeaders(replied);
    call.request(MESSAGES_AHEAD);
  }

  private static @Nullable PeerMemory attach(Metadata headers, Metadata replied) {
    byte[] offer = headers.get(PeerMemory.OFFER);
    if (offer == null) {
      return null;
    }
    try {
      PeerMemory peer = PeerMemory.attach(offer);
      replied.put(PeerMemory.VERDICT, PeerMemory.ACCEPTED);
      return peer;
    } catch (IOException | RuntimeException notReachable) {
      replied.put(PeerMemory.VERDICT, String.valueOf(notReachable.getMessage()));
      return null;
    }
  }

  @Override
  public void onMessage(InputStream message) {
    Frame frame = null;
    try {
      frame = read(message);
      take(frame);
      call.request(1);
    } catch (LateCopyException nothingToDo) {
      call.request(1);
    } catch (IOException damaged) {
      askAgain(String.valueOf(damaged.getMessage()));
      call.request(1);
    } catch (GradwireException refused) {
      fail(refused);
    } catch (RuntimeException | OutOfMemoryError e) {
      log.error("worker-{}: frame not handled: {}", worker, frame, e);
      fail(new GradwireException("the server failed at this frame: " + e + "; see its log", e));
    }
  }

  private Frame read(InputStream message) throws IOException {
    long begun = lane.begin();
    Frame frame = reader.read(message);
    lane.end(Span.RECEIVE, begun, worker);
    return frame;
  }

  private void take(Frame frame) {
    expectSound(frame);
    if (frame.kind() == Frame.Kind.RESEND) {
      answerAgain(frame);
    } else if (!transfer.isOld(frame)) {
      expectNoAnswerDue();
      TensorBuffer whole = transfer.add(frame);
      if (whole != null) {
        handle(frame, whole);
      }
    }
  }

  private void handle(Frame frame, TensorBuffer whole) {
    damagedFrames = 0;
    reader.taken().requestIsOver();
    synchronized (this) {
      answers.begin(frame);
      accepted = false;
      asksAgain = false;
      lastOutcome = Outcome.NONE;
    }
    pulledStep = pulledStep(frame);
    switch (frame.kind()) {
      case PUSH -> {
        answerIsDue();
        push(new Push(worker, incarnation, frame.sequence(), frame.step()), whole);
      }
      case INITIALIZE -> {
        service.initialize(worker, incarnation, whole);
        accepted();
      }
      case PULL -> {
        answerIsDue();
        service.pull(worker, incarnation, pulledStep, this);
      }
      case WEIGHTS, ACCEPTED, RESEND, UNSPECIFIED -> throw new IllegalStateException();
    }
  }

  private static OptionalLong pulledStep(Frame frame) {
    return frame.kind() == Frame.Kind.PULL && frame.sequence() > 0
        ? OptionalLong.of(frame.sequence() - 1)
        : OptionalLong.empty();
  }

  private void push(Push push, TensorBuffer gradient) {
    long begun = lane.begin();
    lane.flowThrough(trace.flow(worker, push.sequence())); // the answer may be gone on return
    service.push(push, gradient, this);
    lane.end(Span.APPLY, begun, push.step());
  }

  /** A frame came damaged: the worker sends all of its request again, or asks again. */
  private void askAgain(String damage) {
    transfer.drop();
    damagedFrames++;
    log.warn("worker-{}: frame {} damaged: {}", worker, damagedFrames, damage);
    if (damagedFrames > MAX_DAMAGED_FRAMES) {
      fail(
          new GradwireException(
              "%d tensor frames damaged, the last: %s; is the network sound?"
                  .formatted(damagedFrames, damage)));
      return;
    }
    synchronized (this) {
      if (!closed) {
        answers.resend(++requestsForMore);
      }
    }
  }

  /** A frame of ours came damaged: the worker wants all of the answer again. */
  private void answerAgain(Frame frame) {
    if (frame.sequence() <= resendsServed || transfer.isPast(frame.request())) {
      return;
    }
    resendsServed = frame.sequence();
    if (transfer.isUnderWay(frame.request())) {
      askAgain("at the worker");
      return;
    }
    boolean ask;
    synchronized (this) {
      if (accepted && !closed) {
        answers.send(Frame.Kind.ACCEPTED);
      }
      ask = !answerDue && !accepted;
      asksAgain = ask;
      answerDue |= ask;
    }
    if (ask) {
      service.pull(worker, incarnation, pulledStep, this);
    }
  }

  private void expectSound(Frame frame) {
    identify(frame);
    boolean expected =
        switch (frame.kind()) {
          case PUSH, INITIALIZE -> true;
          case PULL, RESEND -> frame.total() == 0;
          case WEIGHTS, ACCEPTED, UNSPECIFIED -> false;
        };
    if (!expected) {
      throw new GradwireException(
          "worker-%d: expected PUSH or INITIALIZE, or PULL without floats, got %s of %d floats"
              .formatted(worker, frame.kind(), frame.total()));
    }
  }

  private void identify(Frame frame) {
    if (worker < 0) {
      worker = frame.worker();
      incarnation = frame.incarnation();
      lane = trace.from(worker);
      answers.identify(worker, incarnation);
    }
    if (frame.worker() != worker || frame.incarnation() != incarnation) {
      throw new GradwireException(
          "worker-"
              + frame.worker()
              + " incarnation "
              + frame.incarnation()
              + ": this stream belongs to worker-"
              + worker
              + " incarnation "
              + incarnation);
    }
  }

  private synchronized void expectNoAnswerDue() {
    if (answerDue) {
      throw new GradwireException(
          "worker-"
              + worker
              + ": expected to be asked one thing at a time, await the answer first");
    }
  }

  private synchronized void answerIsDue() {
    answerDue = true;
  }

  @Override
  public int line() {
    return line;
  }

  @Override
  public synchronized void accepted() {
    if (!closed) {
      accepted = true;
      answers.send(Frame.Kind.ACCEPTED);
    }
  }

  @Override
  public void weights(Weights weights, MemorySegment memory) {
    weights(weights, memory, Carriage.COPIED);
  }

  @Override
  public void lastingWeights(Weights weights, MemorySegment memory) {
    weights(weights, memory, Carriage.LENT);
  }

  /**
   * An answer that is sent again is copied: the worker may have all that it needs, and push, while
   * it is still being sent.
   */
  private synchronized void weights(Weights weights, MemorySegment memory, Carriage carriage) {
    answerDue = false;
    accepted = false;
    if (closed) {
      return;
    }
    Weights told =
        asksAgain ? new Weights(lastOutcome, weights.step(), weights.lastStep()) : weights;
    lastOutcome = told.outcome();
    answers.weights(told, memory, asksAgain ? Carriage.COPIED : carriage);
    if (answers.isSending()) {
      connection.execute(this::onReady);
    }
  }

  /** One piece at a time, so that the connection sends it while the next is made. */
  @Override
  public synchronized void onReady() {
    if (!closed && answers.sendNextIfReady()) {
      connection.execute(this::onReady);
    }
  }

  @Override
  public synchronized void fail(GradwireException failure) {
    if (!closed) {
      closed = true;
      call.close(UnaryCalls.refusal(failure), new Metadata());
    }
  }

  @Override
  public synchronized void onHalfClose() {
    if (!closed) {
      closed = true;
      call.close(Status.OK, new Metadata());
    }
  }

  @Override
  public void onCancel() {
    ended("the connection broke");
  }

  @Override
  public void onComplete() {
    ended("the stream was closed");
  }

  private void ended(String why) {
    synchronized (this) {
      closed = true;
    }
    transfer.abandon();
    if (worker >= 0) {
      service.disconnected(worker, incarnation, line, why);
    }
    if (peer != null) {
      peer.release();
    }
  }
}
