package gradwire.transport.grpc;

import gradwire.tensor.Floats;
import gradwire.transport.Outcome;
import gradwire.transport.SharedVectors;
import gradwire.transport.grpc.FrameOutput.Carriage;
import io.grpc.ClientCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a worker sends on its Exchange stream: one request after the other, each whole or in pieces
 * as they become final, and again if frames were damaged. One thread: the worker's.
 */
final class RequestSender implements Answer.Repair {
  private final ClientCall<InputStream, InputStream> call;
  private final Answer answer;
  private final CallerLoop loop;
  private final int worker;
  private final int incarnation;
  private final Optional<SharedVectors> shared;

  /** Pieces of the present request that are out, for the case that they must go again. */
  private final List<Frame> sent = new ArrayList<>();

  private final RepairPace pace = new RepairPace();
  private Frame head;
  private MemorySegment payload = Frame.NO_PAYLOAD;
  private long resends;
  private long resendsServed;
  private int damagedAnswers;
  private boolean answerWanted;

  RequestSender(
      ClientCall<InputStream, InputStream> call,
      Answer answer,
      CallerLoop loop,
      int worker,
      int incarnation,
      Optional<SharedVectors> shared) {
    this.call = call;
    this.answer = answer;
    this.loop = loop;
    this.worker = worker;
    this.incarnation = incarnation;
    this.shared = shared;
    this.head = frame(Frame.Kind.UNSPECIFIED, 0, 0, 0, 0, false);
  }

  boolean sharesMemory() {
    return shared.isPresent();
  }

  /** Starts the next request; its floats follow by {@link #sendAll} or {@link #sendPiece}. */
  void begin(
      Frame.Kind kind, long sequence, long step, MemorySegment floats, MemorySegment weights) {
    long request = head.request() + 1;
    head =
        frame(
            kind,
            sequence,
            step,
            Floats.length(floats),
            request,
            shared.isPresent() && shared.get().gradient().equals(floats));
    payload = floats;
    sent.clear();
    answerWanted = false;
    damagedAnswers = 0;
    pace.begin(Math.max(floats.byteSize(), weights.byteSize()));
    answer.expect(request, weights);
  }

  private Frame frame(
      Frame.Kind kind, long sequence, long step, long total, long request, boolean isShared) {
    return new Frame(
        kind,
        worker,
        incarnation,
        sequence,
        step,
        0,
        Outcome.NONE,
        0,
        total,
        request,
        isShared,
        Frame.NO_PAYLOAD);
  }

  /** All of the request, as fast as the connection takes it. */
  void sendAll(Duration timeout) {
    long offset = 0;
    long written = 0;
    do {
      if (offset > 0) {
        answer.awaitReady(call::isReady, timeout);
      }
      long length = Math.min(Frame.pieceFloats(head.isShared()), head.total() - offset);
      sendFrame(offset, length);
      offset += length;
      if ((offset - written) * Float.BYTES >= Channels.WRITE_BYTES || offset == head.total()) {
        loop.runNow();
        written = offset;
      }
    } while (offset < head.total());
  }

  /** A part of the request, queued without waiting: the queue holds references, no floats. */
  void sendPiece(long begin, long length) {
    long piece = Frame.pieceFloats(head.isShared());
    for (long at = begin; at < begin + length; at += piece) {
      sendFrame(at, Math.min(piece, begin + length - at));
    }
    loop.runNow();
  }

  private void sendFrame(long offset, long length) {
    Frame frame = head.with(offset, Floats.slice(payload, offset, length));
    sent.add(frame);
    send(frame);
  }

  private void send(Frame frame) {
    call.sendMessage(new FrameOutput(frame, Carriage.LENT));
  }

  @Override
  public void requestWanted(long number, long whole) {
    if (number <= resendsServed) {
      return;
    }
    resendsServed = number;
    pace.trouble();
    if (whole < head.request()) {
      if (pace.maySendAgain()) {
        List.copyOf(sent).forEach(this::send);
      }
    } else if (answerWanted && answer.isWanting()) {
      askForAnswer();
    }
  }

  @Override
  public boolean isTroubled() {
    return pace.isTroubled();
  }

  @Override
  public void stillWaiting() {
    if (answer.isWanting() && pace.isOverdue()) {
      askForAnswer();
    }
  }

  @Override
  public void answerDamaged(IOException why) {
    damagedAnswers++;
    if (damagedAnswers > ExchangeCall.MAX_DAMAGED_FRAMES) {
      answer.giveUp(
          Status.DATA_LOSS.withDescription(
              "%d tensor frames damaged, the last: %s; is the network sound?"
                  .formatted(damagedAnswers, why.getMessage())));
      return;
    }
    answerWanted = true;
    answer.drop();
    pace.trouble();
    askForAnswer();
  }

  private void askForAnswer() {
    if (!pace.mayAsk()) {
      return;
    }
    resends++;
    send(frame(Frame.Kind.RESEND, resends, 0, 0, head.request(), false));
  }

  void close() {
    call.halfClose();
  }
}
