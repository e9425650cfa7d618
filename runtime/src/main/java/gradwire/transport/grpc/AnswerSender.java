package gradwire.transport.grpc;

import gradwire.tensor.Floats;
import gradwire.trace.Lane;
import gradwire.trace.ServerTrace;
import gradwire.trace.Span;
import gradwire.transport.Outcome;
import gradwire.transport.Weights;
import gradwire.transport.grpc.FrameOutput.Carriage;
import io.grpc.ServerCall;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Sends the answers of one Exchange stream: small ones at once, large ones piece by piece as the
 * connection drains. Called under its {@link ExchangeCall}'s lock.
 */
final class AnswerSender {
  private static final Weights NOTHING = new Weights(Outcome.NONE, 0, 0);

  private final ServerCall<InputStream, InputStream> call;
  private final @Nullable PeerMemory peer;
  private final ServerTrace trace;
  private Lane lane = Lane.OFF;
  private int worker;
  private int incarnation;
  private long request;

  /** The push that is answered; 0 if something else is, as pushes count from 1. */
  private long push;

  private @Nullable Weights answer;
  private MemorySegment memory = Frame.NO_PAYLOAD;
  private Carriage carriage = Carriage.COPIED;
  private long sent;

  AnswerSender(
      ServerCall<InputStream, InputStream> call, @Nullable PeerMemory peer, ServerTrace trace) {
    this.call = call;
    this.peer = peer;
    this.trace = trace;
  }

  void identify(int newWorker, int newIncarnation) {
    worker = newWorker;
    incarnation = newIncarnation;
    lane = trace.to(worker);
  }

  /** What is sent from now on answers the request that {@code frame} is of. */
  void begin(Frame frame) {
    request = frame.request();
    push = frame.kind() == Frame.Kind.PUSH ? frame.sequence() : 0;
    answer = null;
  }

  /** A frame without floats. */
  void send(Frame.Kind kind) {
    send(frame(kind, 0, NOTHING, 0));
  }

  /** Asks the worker to send its request again. */
  void resend(long count) {
    send(frame(Frame.Kind.RESEND, count, NOTHING, 0));
  }

  /**
   * Begins an answer; its first frame is out on return.
   *
   * @param how the floats get to the socket
   */
  void weights(Weights weights, MemorySegment from, Carriage how) {
    answer = weights;
    memory = from;
    carriage = how;
    sent = 0;
    sendNext(weights);
  }

  boolean isSending() {
    return answer != null;
  }

  /**
   * Sends the next piece if there is one and the connection takes it.
   *
   * @return whether there may be more to send at once
   */
  boolean sendNextIfReady() {
    Weights sending = answer;
    if (sending == null || !call.isReady()) {
      return false;
    }
    sendNext(sending);
    return answer != null;
  }

  private void sendNext(Weights weights) {
    long begun = lane.begin();
    if (sent == 0 && push > 0) {
      lane.flowThrough(trace.flow(worker, push));
    }
    sendPiece(weights);
    lane.end(Span.ANSWER, begun, worker);
  }

  private void sendPiece(Weights weights) {
    long total = Floats.length(memory);
    long length = Math.min(total - sent, Frame.pieceFloats(sharing(total) != null));
    MemorySegment floats = Floats.slice(memory, sent, length);
    PeerMemory shared = sharing(total);
    MemorySegment seen =
        shared == null ? floats : Floats.slice(shared.weights(total), sent, length);
    send(frame(Frame.Kind.WEIGHTS, 0, weights, total).with(sent, seen), floats);
    if (shared != null) {
      shared.giveBack(seen, total);
    }
    sent += length;
    if (sent >= total) {
      answer = null;
    }
  }

  /** The worker's memory, if an answer of {@code total} floats goes there. */
  private @Nullable PeerMemory sharing(long total) {
    return peer != null && total > 0 && peer.holds(total) ? peer : null;
  }

  private Frame frame(Frame.Kind kind, long sequence, Weights weights, long total) {
    return new Frame(
        kind,
        worker,
        incarnation,
        sequence,
        weights.step(),
        weights.lastStep(),
        weights.outcome(),
        0,
        total,
        request,
        sharing(total) != null,
        Frame.NO_PAYLOAD);
  }

  private void send(Frame frame) {
    send(frame, Frame.NO_PAYLOAD);
  }

  private void send(Frame frame, MemorySegment floats) {
    call.sendMessage(new FrameOutput(frame, floats, carriage));
  }
}
