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

/**
 * The server's end of one worker's Exchange stream. Frames come in on the connection's thread; the
 * answer may be sent by another connection's. At most one transfer each way is under way.
 */
final class ExchangeCall extends ServerCall.Listener<Frame> implements Replier {
  private final ServerCall<Frame, Frame> call;
  private final ShardService service;
  private final BufferPool buffers;
  private int worker = -1;
  private int incarnation;
  private MemorySegment assembled = Frame.NO_PAYLOAD;

  private @Nullable Weights answer;
  private MemorySegment answerMemory = Frame.NO_PAYLOAD;
  private long answered;
  private boolean closed;

  ExchangeCall(ServerCall<Frame, Frame> call, ShardService service, BufferPool buffers) {
    this.call = call;
    this.service = service;
    this.buffers = buffers;
    call.sendHeaders(new Metadata());
    call.request(1);
  }

  @Override
  public void onMessage(Frame frame) {
    try {
      take(frame);
      call.request(1);
    } catch (GradwireException refused) {
      fail(refused);
    }
  }

  private void take(Frame frame) {
    if (frame.problem() != null) {
      throw new GradwireException(frame.problem());
    }
    identify(frame);
    switch (frame.kind()) {
      case PUSH -> {
        TensorBuffer gradient = assemble(frame);
        if (gradient != null) {
          service.push(
              new Push(worker, incarnation, frame.sequence(), frame.step()), gradient, this);
        }
      }
      case INITIALIZE -> {
        TensorBuffer values = assemble(frame);
        if (values != null) {
          service.initialize(worker, values);
          accepted();
        }
      }
      case PULL -> service.pull(worker, incarnation, this);
      case WEIGHTS, ACCEPTED, UNSPECIFIED ->
          throw new GradwireException(
              "worker-"
                  + worker
                  + ": expected PUSH, PULL or INITIALIZE, got a frame of kind "
                  + frame.kind());
    }
  }

  private void identify(Frame frame) {
    if (worker < 0) {
      worker = frame.worker();
      incarnation = frame.incarnation();
    }
    if (frame.worker() != worker || frame.incarnation() != incarnation) {
      throw new GradwireException(
          "worker-" + frame.worker() + ": this stream belongs to worker-" + worker);
    }
  }

  /** The whole transfer once its last frame is here, else null. */
  private @Nullable TensorBuffer assemble(Frame frame) {
    if (frame.total() == 0) {
      return TensorBuffer.borrowed(frame.payload());
    }
    if (frame.offset() == 0 && frame.isLast()) {
      return buffers.owned(frame.payload());
    }
    if (frame.offset() == 0) {
      begin(frame);
    }
    try {
      Floats.slice(assembled, frame.offset(), frame.numFloats()).copyFrom(frame.payload());
    } finally {
      buffers.release(frame.payload());
    }
    if (!frame.isLast()) {
      return null;
    }
    MemorySegment whole = assembled;
    assembled = Frame.NO_PAYLOAD;
    return buffers.owned(whole);
  }

  private void begin(Frame frame) {
    if (frame.total() != service.numFloats()) {
      buffers.release(frame.payload());
      throw new GradwireException(
          "worker-"
              + worker
              + ": expected "
              + service.numFloats()
              + " floats, got "
              + frame.total()
              + "; all tasks must run the same model on the same number of servers");
    }
    abandonAssembled();
    assembled = buffers.acquire(frame.total() * Float.BYTES);
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
    while (answer != null && call.isReady()) {
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
    abandonAssembled();
    if (worker >= 0) {
      service.disconnected(worker, incarnation, why);
    }
  }

  private void abandonAssembled() {
    buffers.abandoned(assembled);
    assembled = Frame.NO_PAYLOAD;
  }
}
