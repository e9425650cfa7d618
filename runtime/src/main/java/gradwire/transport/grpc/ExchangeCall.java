package gradwire.transport.grpc;

import gradwire.error.GradwireException;
import gradwire.tensor.Floats;
import gradwire.transport.Outcome;
import gradwire.transport.Push;
import gradwire.transport.Replier;
import gradwire.transport.ShardService;
import gradwire.transport.TensorBuffer;
import gradwire.transport.Weights;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's end of one worker's Exchange stream. Frames come in on the connection's thread; the
 * answer may be sent by another connection's. At most one transfer each way is under way.
 */
final class ExchangeCall extends ServerCall.Listener<Frame> implements Replier {
  private static final Logger log = LoggerFactory.getLogger(ExchangeCall.class);

  private final ServerCall<Frame, Frame> call;
  private final ShardService service;
  private final BufferPool buffers;
  private final Transfer transfer;
  private int worker = -1;
  private int incarnation;

  /** A push or pull was taken and not all of its answer has been sent. */
  private boolean answerDue;

  private @Nullable Weights answer;
  private MemorySegment answerMemory = Frame.NO_PAYLOAD;
  private long answered;
  private boolean closed;

  ExchangeCall(ServerCall<Frame, Frame> call, ShardService service, BufferPool buffers) {
    this.call = call;
    this.service = service;
    this.buffers = buffers;
    this.transfer = new Transfer(buffers);
    call.sendHeaders(new Metadata());
    call.request(1);
  }

  @Override
  public void onMessage(Frame frame) {
    try {
      TensorBuffer transfer = receive(frame);
      if (transfer != null) {
        handle(frame, transfer);
      }
      call.request(1);
    } catch (GradwireException refused) {
      fail(refused);
    } catch (RuntimeException | OutOfMemoryError e) {
      log.error("worker-{}: {} frame not handled", worker, frame.kind(), e);
      fail(new GradwireException("the server failed at this frame: " + e + "; see its log", e));
    }
  }

  /** The whole transfer once its last frame is here, else null. A refused frame is given back. */
  private @Nullable TensorBuffer receive(Frame frame) {
    try {
      expectSound(frame);
      return transfer.add(frame, service::numFloats);
    } catch (RuntimeException | OutOfMemoryError refused) {
      buffers.abandoned(frame.payload());
      throw refused;
    }
  }

  private void handle(Frame frame, TensorBuffer transfer) {
    switch (frame.kind()) {
      case PUSH -> {
        answerIsDue();
        Push push = new Push(worker, incarnation, frame.sequence(), frame.step());
        service.push(push, transfer, this);
      }
      case INITIALIZE -> {
        service.initialize(worker, incarnation, transfer);
        accepted();
      }
      case PULL -> {
        answerIsDue();
        service.pull(worker, incarnation, this);
      }
      case WEIGHTS, ACCEPTED, UNSPECIFIED -> throw new IllegalStateException();
    }
  }

  private void expectSound(Frame frame) {
    if (frame.problem() != null) {
      throw new GradwireException(frame.problem());
    }
    identify(frame);
    expectNoAnswerDue();
    boolean expected =
        switch (frame.kind()) {
          case PUSH, INITIALIZE -> true;
          case PULL -> frame.total() == 0;
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
  public synchronized void accepted() {
    send(Frame.Kind.ACCEPTED, new Weights(Outcome.NONE, 0, 0), 0, 0, Frame.NO_PAYLOAD);
  }

  @Override
  public synchronized void weights(Weights weights, MemorySegment memory) {
    answer = weights;
    answerMemory = memory;
    answered = 0;
    sendFrame(weights);
    sendWhileReady();
  }

  @Override
  public synchronized void onReady() {
    sendWhileReady();
  }

  private void sendWhileReady() {
    while (answer != null && !closed && call.isReady()) {
      sendFrame(answer);
    }
  }

  private void sendFrame(Weights weights) {
    long total = Floats.length(answerMemory);
    long length = Math.min(total - answered, Frame.MAX_PAYLOAD_BYTES / Float.BYTES);
    send(
        Frame.Kind.WEIGHTS, weights, answered, total, Floats.slice(answerMemory, answered, length));
    answered += length;
    if (answered >= total) {
      answer = null;
      answerDue = false;
    }
  }

  private void send(
      Frame.Kind kind, Weights weights, long offset, long total, MemorySegment payload) {
    if (!closed) {
      call.sendMessage(
          new Frame(
              kind,
              worker,
              incarnation,
              0,
              weights.step(),
              weights.lastStep(),
              weights.outcome(),
              offset,
              total,
              payload,
              null));
    }
  }

  @Override
  public synchronized void fail(GradwireException failure) {
    if (!closed) {
      closed = true;
      call.close(Status.FAILED_PRECONDITION.withDescription(failure.getMessage()), new Metadata());
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
      answer = null;
    }
    transfer.abandon();
    if (worker >= 0) {
      service.disconnected(worker, incarnation, why);
    }
  }
}
